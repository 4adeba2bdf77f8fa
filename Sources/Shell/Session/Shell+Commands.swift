import DuckDBEngine
import Functions
import HostSupport
import PythonUDF
import Tabular

extension Shell {
  /// A command that begins with a dot.
  struct Command {
    let name: String
    let words: [String]
  }

  /// What a command is called, what it takes, and what it does.
  struct CommandHelp {
    let name, arguments, summary: String
  }

  static let commands: [CommandHelp] = [
    CommandHelp(name: "exit", arguments: "[STATUS]", summary: "Leave; Ctrl-D does too"),
    CommandHelp(name: "help", arguments: "", summary: "Show the commands"),
    CommandHelp(
      name: "mode", arguments: "[\(TabularFormat.allCases.map(\.rawValue).joined(separator: "|"))]",
      summary: "How rows are printed"),
    CommandHelp(name: "open", arguments: "[FILE]", summary: "Open another database, with the same functions"),
    CommandHelp(name: "output", arguments: "[FILE]", summary: "Write rows to a file, or to the screen again"),
    CommandHelp(name: "read", arguments: "FILE", summary: "Run the SQL and the commands of a file"),
    CommandHelp(name: "schema", arguments: "[TABLE]", summary: "Show how tables and views were made"),
    CommandHelp(name: "stats", arguments: "", summary: "Show what each function has done so far"),
    CommandHelp(name: "tables", arguments: "", summary: "List tables and views"),
    CommandHelp(name: "timer", arguments: "on|off", summary: "Say how long each statement takes"),
    CommandHelp(name: "udf", arguments: "FILE", summary: "Load the functions of a file, or load them again"),
    CommandHelp(name: "udfs", arguments: "", summary: "List the functions with their signatures"),
    CommandHelp(name: "watch", arguments: "[on|off]", summary: "Load files again when they change"),
  ]

  /// The command that a line is; nil for SQL. Typed, `exit` and `quit` are commands, too.
  static func command(in line: String, isTyped: Bool) -> Command? {
    let line = line.trimmingBlanks
    if isTyped, ["exit", "quit", "exit;", "quit;"].contains(line.lowercased()) {
      return Command(name: "exit", words: [])
    }
    guard line.hasPrefix("."), line.dropFirst().first?.isLetter == true else { return nil }
    var words = words(of: line.dropFirst())
    let name = words.removeFirst()
    return Command(name: name == "quit" ? "exit" : name, words: words)
  }

  /// Words between spaces; in quotes a word may have spaces.
  private static func words(of text: Substring) -> [String] {
    var (words, word, quote): ([String], String?, Character?) = ([], nil, nil)
    for character in text {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        (quote, word) = (character, word ?? "")
      } else if quote == nil, character == " " || character == "\t" {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return words
  }

  func perform(_ command: Command) throws {
    let known = Self.commands.map(\.name)
    guard let help = Self.commands.first(where: { $0.name == command.name }) else {
      let hint = NearestName.of(command.name, among: known).map { "do you mean .\($0)?" } ?? "see .help"
      throw ShellError("There is no command .\(command.name); \(hint)")
    }
    let most = help.arguments.isEmpty ? 0 : 1
    let least = help.arguments.isEmpty || help.arguments.hasPrefix("[") ? 0 : 1
    guard (least...most).contains(command.words.count) else {
      throw ShellError(
        "Write .\(help.name)\(help.arguments.isEmpty ? " alone" : " \(help.arguments)"); a name with spaces stands in quotes."
      )
    }
    try perform(command.name, command.words.first)
  }

  private func perform(_ name: String, _ word: String?) throws {
    switch name {
    case "exit":
      guard let status = word.map({ Int32($0) }) ?? 0, (0...255).contains(status) else {
        throw ShellError(".exit takes a status from 0 to 255, not '\(word ?? "")'.")
      }
      hasExited = status
    case "help":
      let widest = Self.commands.map { $0.name.count + $0.arguments.count }.max() ?? 0
      let short = min(widest, 22)
      try output.write(
        Self.commands.map { command in
          let head = ".\(command.name) \(command.arguments)"
          let space = String(repeating: " ", count: max(0, short + 2 - head.count))
          return head.count > short + 2
            ? "\(head)\n\(String(repeating: " ", count: short + 4))\(command.summary)\n"
            : "\(head)\(space)  \(command.summary)\n"
        }.joined())
    case "mode": try setMode(word)
    case "open": try open(word)
    case "output": try output.open(word)
    case "read": if let word { try read(word) }
    case "schema": try showSchema(word)
    case "stats": try showStatistics()
    case "tables": try showTables()
    case "timer": showsTime = try Self.isOn(word, for: name)
    case "udf": if let word { try load(word) }
    case "udfs": try showFunctions()
    case "watch": try setWatch(word.map { try Self.isOn($0, for: name) } ?? true)
    default: break
    }
  }

  private static func isOn(_ word: String?, for command: String) throws -> Bool {
    switch word {
    case "on": return true
    case "off": return false
    default: throw ShellError(".\(command) takes on or off, not '\(word ?? "")'.")
    }
  }

  private func setMode(_ word: String?) throws {
    guard let word else { return try output.write("\(output.format.rawValue)\n") }
    let names = TabularFormat.allCases.map(\.rawValue)
    guard let format = TabularFormat(rawValue: word) else {
      let hint =
        NearestName.of(word, among: names).map { "do you mean \($0)?" } ?? "there are \(names.joined(separator: ", "))."
      throw ShellError("There is no mode '\(word)'; \(hint)")
    }
    output.format = format
  }

  private func open(_ path: String?) throws {
    if let path, ResolvedPath.isFolder(path) { throw ShellError("The database \(path) is a folder; name a file.") }
    let new = try host.open(path)
    try functions.registerAll(on: new)
    (connection, database) = (new, path)
    completer.forget()
  }

  private func setWatch(_ isOn: Bool) throws {
    guard isOn else {
      watch = nil
      return
    }
    guard watch == nil else { return }
    let new = FileWatch { [wakeup] in wakeup.send(.change) }
    for (path, stamp) in functions.stamps { new.watch(path, since: stamp) }
    watch = new
  }

  // MARK: What there is

  private func showTables() throws {
    let names = try connection.texts(
      """
      SELECT CASE WHEN schema_name = 'main' THEN name ELSE schema_name || '.' || name END FROM (
        SELECT schema_name, table_name AS name FROM duckdb_tables() WHERE NOT internal
        UNION SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal) ORDER BY ALL
      """)
    try output.write(names.compactMap(\.first).map { ErrorText.harmless($0) + "\n" }.joined())
  }

  private func showSchema(_ table: String?) throws {
    let condition = table.map { "AND lower(name) = lower('\($0.replacing(scalar: "'", with: "''"))')" } ?? ""
    let texts = try connection.texts(
      """
      SELECT sql FROM (SELECT table_name AS name, sql, internal FROM duckdb_tables()
        UNION ALL SELECT view_name, sql, internal FROM duckdb_views()
        UNION ALL SELECT index_name, sql, false FROM duckdb_indexes()) WHERE NOT internal \(condition) ORDER BY name
      """
    ).compactMap(\.first)
    if texts.isEmpty, let table {
      let names = try connection.texts(
        "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() WHERE NOT internal")
      let near = NearestName.of(table, among: names.compactMap(\.first))
      throw ShellError("There is no table \(table)\(near.map { "; do you mean \($0)?" } ?? ".")")
    }
    try output.write(texts.map(ErrorText.harmless).map { $0.hasSuffix(";") ? $0 + "\n" : $0 + ";\n" }.joined())
  }

  private func showFunctions() throws {
    let sources = functions.sources
    guard !sources.isEmpty else { return say("There are no functions; .udf FILE loads some.") }
    let palette = output.isOnTerminal ? palette : Palette(isOn: false)
    var lines: [String] = []
    for source in sources {
      lines.append(palette.strong(source.name))
      for signature in source.signatures {
        lines.append("  \(signature.sqlDescription)")
        let first = signature.documentation?.split(separator: "\n").first.map(String.init) ?? ""
        if !first.isEmpty { lines.append(palette.pale("    \(ErrorText.harmless(first))")) }
      }
    }
    try output.write(lines.map { $0 + "\n" }.joined())
  }

  private func showStatistics() throws {
    guard !functions.names.isEmpty else { return say("There are no functions; .udf FILE loads some.") }
    let palette = output.isOnTerminal ? palette : Palette(isOn: false)
    let lines = FunctionReport(of: pools, functions.counts).lines
    try output.write(palette.strong(String(lines[0].dropLast())) + "\n" + lines.dropFirst().joined())
  }
}
