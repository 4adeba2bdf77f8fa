import ArgumentParser
import PythonRuntime

/// An amount of memory on the command line, in bytes.
func memorySize(_ argument: String) throws -> Int {
  guard let count = ByteCount(argument) else {
    throw ValidationError("'\(argument)' is no amount of memory; it is written as in 256MB, 1GiB, 512KB or 4194304.")
  }
  return count.bytes
}
