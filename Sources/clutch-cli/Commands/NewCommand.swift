import ArgumentParser
import Clutch
import Essentials
import HostSupport

/// `clutch new`: files to begin with.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a UDF file, a pytest file and a SQL file to begin with, which work as they stand.",
    discussion: """
      The files are NAME.py, test_NAME.py and NAME.sql, in the working directory. No file is overwritten.

      Example:
        clutch new prices
      """)

  @Argument(help: "The name of the UDF file, without .py.") var name: String

  func run() throws {
    let name = name.hasSuffix(".py") ? String(name.dropLast(3)) : name
    if let problem = PythonName.problem(of: name) { throw CommandError("'\(name)' \(problem).") }
    let files = [
      ("\(name).py", PackageResources.example_py), ("test_\(name).py", PackageResources.test_example_py),
      ("\(name).sql", PackageResources.example_sql),
    ]
    if let there = files.map(\.0).first(where: Self.exists) {
      throw CommandError("\(there) is there already; nothing was written. Give another name, or move it away.")
    }
    var made: [String] = []
    do {
      for (file, template) in files {
        let text = String(decoding: template, as: UTF8.self).replacing("example", with: name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .withoutOverwriting)
        made.append(file)
      }
    } catch {
      for file in made { unlink(file) }
      throw CommandError("The files cannot be made here: \(SystemError(behind: error)?.description ?? "\(error)").")
    }
    print(
      """
      Made \(files[0].0), \(files[1].0) and \(files[2].0). To try them:
        clutch sql --udf \(name).py -f \(name).sql
        clutch test \(name).py
        pytest test_\(name).py
      """)
  }

  /// Whether there is something, be it a link to nothing.
  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }
}
