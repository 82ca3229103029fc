# Language level, warnings, sanitizers, coverage, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(SYSTOLE_BUILD_TESTS "Build the tests" ON)
option(SYSTOLE_BUILD_BENCH "Build the benchmarks" ON)
option(SYSTOLE_BUILD_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(SYSTOLE_COVERAGE "Instrument for gcov" OFF)
set(SYSTOLE_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=...")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Set here, so that a user's ccache.conf is left alone. Precompiled headers need the sloppiness settings; with a base
  # directory a second clone on the machine finds what the first has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()

# -ffp-contract=off: float results must not depend on whether the machine has fused multiply-add.
add_library(systole_flags INTERFACE)
target_include_directories(systole_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(systole_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror -ffp-contract=off>)
if(SYSTOLE_SANITIZE)
  target_compile_options(systole_flags INTERFACE -fsanitize=${SYSTOLE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(systole_flags INTERFACE -fsanitize=${SYSTOLE_SANITIZE})
  # One place for the run-time options: compiled once, linked into executables only.
  add_library(systole_sanitizer_options OBJECT ${CMAKE_CURRENT_LIST_DIR}/sanitizer_options.cpp)
  target_sources(systole_flags INTERFACE
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:$<TARGET_OBJECTS:systole_sanitizer_options>>)
endif()
if(SYSTOLE_BUILD_FUZZ)
  # The libraries too: libFuzzer steers by the coverage of the code under test.
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SYSTOLE_BUILD_FUZZ needs clang: use the preset `fuzz`")
  endif()
  target_compile_options(systole_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SYSTOLE_COVERAGE)
  target_compile_options(systole_flags INTERFACE --coverage)
  target_link_options(systole_flags INTERFACE --coverage)
endif()
