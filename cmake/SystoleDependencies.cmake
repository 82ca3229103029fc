# Everything here is a Debian package; scripts/setup installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# Debian's SystemC is built for the C++17 ABI; its header honours this override, so C++20 code links with it.
pkg_check_modules(SYSTEMC REQUIRED IMPORTED_TARGET systemc)
add_library(systole_systemc INTERFACE)
target_compile_definitions(systole_systemc INTERFACE SC_CPLUSPLUS=201703L SC_INCLUDE_DYNAMIC_PROCESSES)
target_link_libraries(systole_systemc INTERFACE PkgConfig::SYSTEMC Threads::Threads)
# A system include: SystemC's headers do not pass our warnings.
get_target_property(_systemc_include PkgConfig::SYSTEMC INTERFACE_INCLUDE_DIRECTORIES)
if(_systemc_include)
  target_include_directories(systole_systemc SYSTEM INTERFACE ${_systemc_include})
endif()

pkg_check_modules(UNICORN REQUIRED IMPORTED_TARGET unicorn)
# Debian's dnnl-config.cmake insists on OpenCL, which the CPU engine does not need: link the library by itself.
find_library(DNNL_LIBRARY dnnl REQUIRED)
add_library(systole_dnnl INTERFACE)
target_link_libraries(systole_dnnl INTERFACE ${DNNL_LIBRARY})
find_package(Boost 1.74 REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Protobuf REQUIRED)
include(SystolePython)

# libonnx: the message classes (onnx-ml) and the shape inference, in one target.
find_library(ONNX_LIBRARY onnx REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
add_library(systole_onnx INTERFACE)
target_compile_definitions(systole_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
target_link_libraries(systole_onnx INTERFACE ${ONNX_LIBRARY} ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)

if(SYSTOLE_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(SYSTOLE_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()
