import TestSupport
import Testing

@Suite struct NumberOptionTests {
  private static let bounds = [
    ("--threads", "it takes a whole number from 1 to 256."),
    ("--log-limit", "it takes a whole number from 0 to 1000000."),
    ("--udf-timeout", "it takes a number of seconds from 0.001 to 1000000000."),
    ("--udf-memory", "it takes an amount of memory above 0,"),
  ]

  @Test(
    arguments: bounds,
    ["-1", "-0.5", "9223372036854775807", "9223372036854775808", "1e400", "nan", "inf", "two", "1_0", " 1"])
  func `A number out of bounds, or none, is refused with the bounds`(
    option: (name: String, bounds: String), value: String
  ) throws {
    let clutch = try Clutch()
    for arguments in [[option.name, value], ["\(option.name)=\(value)"]] {
      let end = try clutch.start(["sql"] + arguments + ["SELECT 1"]).end()
      #expect(end.status == .exited(64), "\(end)")
      #expect(end.errors.hasPrefix("Error: The value '\(value)' is invalid for '\(option.name) <"), "\(end.errors)")
      #expect(end.errors.contains(option.bounds), "\(end.errors)")
      #expect(end.output.isEmpty)
    }
  }

  @Test(arguments: [("--threads", "0"), ("--threads", "257"), ("--udf-timeout", "0"), ("--udf-memory", "0MB")])
  func `What is just out of bounds is refused`(option: String, value: String) throws {
    let end = try Clutch().run("sql", option, value, "SELECT 1")
    #expect(end.status == .exited(64))
    #expect(end.errors.hasPrefix("Error: The value '\(value)' is invalid for '\(option) <"))
  }

  @Test(arguments: [
    ("--threads", "1"), ("--threads", "256"), ("--log-limit", "0"), ("--log-limit", "1000000"),
    ("--udf-timeout", "1e9"), ("--udf-memory", "1TiB"),
  ])
  func `What is just within bounds is taken`(option: String, value: String) throws {
    let end = try Clutch().run("sql", option, value, "--format", "csv", "SELECT 1 AS i")
    #expect(end.output == "i\n1\n", "\(end)")
  }
}
