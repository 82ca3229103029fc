# The Python that runs the generators. It needs the yaml module, which a python3 of the user's own at the front of
# PATH (pyenv, conda) may lack: Debian's interpreter, for which scripts/setup installs the module, is tried first.
function(_systole_python_has_yaml result interpreter)
  execute_process(COMMAND ${interpreter} -c "import yaml" RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
  if(NOT status EQUAL 0)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

if(NOT Python3_EXECUTABLE)
  find_program(SYSTOLE_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH VALIDATOR _systole_python_has_yaml)
  find_program(SYSTOLE_PYTHON NAMES python3 python VALIDATOR _systole_python_has_yaml)
  if(NOT SYSTOLE_PYTHON)
    message(FATAL_ERROR "No python3 with the module yaml: call scripts/setup, or set -DPython3_EXECUTABLE=...")
  endif()
  set(Python3_EXECUTABLE ${SYSTOLE_PYTHON} CACHE FILEPATH "The interpreter for the generators: with the module yaml")
endif()
find_package(Python3 REQUIRED COMPONENTS Interpreter)
