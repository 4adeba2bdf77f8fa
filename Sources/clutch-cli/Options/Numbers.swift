import HostSupport
import ArgumentParser
import PythonRuntime

// Numbers on the command line. The options take whatever follows them, so that a negative number is refused as such.

/// A whole number within bounds.
func wholeNumber(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
  { argument in
    guard let number = Int(argument), range.contains(number) else {
      throw ValidationError("it takes a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }
}

/// A number of seconds, from a thousandth to some thirty years.
func seconds(_ argument: String) throws -> Duration {
  guard let number = Double(argument), number >= 0.001, number <= 1e9 else {
    throw ValidationError("it takes a number of seconds from 0.001 to 1000000000.")
  }
  return .seconds(number)
}

/// A number of seconds as of `seconds`, or 0 for any time.
func loadSeconds(_ argument: String) throws -> Double {
  guard let number = Double(argument), number == 0 || (number >= 0.001 && number <= 1e9) else {
    throw ValidationError("it takes a number of seconds from 0.001 to 1000000000, or 0 for any time.")
  }
  return number
}

/// A host, without the brackets that an address of IPv6 has in URLs.
func hostName(_ argument: String) -> String {
  argument.hasPrefix("[") && argument.hasSuffix("]") ? String(argument.dropFirst().dropLast()) : argument
}

/// An amount of memory, in bytes.
func memorySize(_ argument: String) throws -> Int {
  guard let count = ByteCount(argument) else {
    throw ValidationError(
      "it takes an amount of memory above 0, written as in 256MB, 1GiB, 512KB or 4194304 (bytes), below 2^60 bytes.")
  }
  return count.bytes
}
