# All benchmarks, all fuzzers: what scripts/bench and scripts/fuzz build.
add_custom_target(systole_benchmarks)
add_custom_target(systole_fuzzers)

# systole_library(NAME SOURCES a.cpp ... DEPS target ... [PCH header ...])
# A folder's library: static, with the house flags. NAME is the folder's path with underscores (hw_base).
function(systole_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS;PCH" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC systole_flags ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
    if(ARG_PCH)
      target_precompile_headers(${name} PRIVATE ${ARG_PCH})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE systole_flags ${ARG_DEPS})
  endif()
endfunction()

# systole_test(NAME SOURCES a_test.cpp ... DEPS target ... [LABELS label ...])
# A GoogleTest executable; ctest runs one process per test case (SystemC's kernel cannot be restarted in a process).
function(systole_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS;PCH" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE systole_flags ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE SYSTOLE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SYSTOLE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(ARG_PCH)
    target_precompile_headers(${name} PRIVATE ${ARG_PCH})
  endif()
  # Temporary files belong to the build tree: tests of two trees may run at the same time.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/test-files)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 600 ENVIRONMENT "TEST_TMPDIR=${CMAKE_BINARY_DIR}/test-files")
endfunction()

# systole_bench(NAME SOURCES ... DEPS ...): a Google Benchmark executable, build/bench/NAME. scripts/bench runs them all.
function(systole_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE systole_flags ${ARG_DEPS} benchmark::benchmark benchmark::benchmark_main)
  target_compile_definitions(${name} PRIVATE SYSTOLE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SYSTOLE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(systole_benchmarks ${name})
endfunction()

# systole_fuzz(NAME SOURCES ... DEPS ... [CORPUS folder]): a libFuzzer executable (LLVMFuzzerTestOneInput), built only
# with SYSTOLE_BUILD_FUZZ. CORPUS is a folder of seeds beside the CMakeLists.txt. scripts/fuzz runs every target.
function(systole_fuzz name)
  if(NOT SYSTOLE_BUILD_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE systole_flags ${ARG_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_compile_definitions(${name} PRIVATE SYSTOLE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SYSTOLE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  # One file per target tells scripts/fuzz where its seeds are.
  set(corpus "")
  if(ARG_CORPUS)
    set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS})
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/fuzz/${name}.corpus "${corpus}\n")
  add_dependencies(systole_fuzzers ${name})
endfunction()
