import DuckDBEngine
import Essentials
import HostSupport

/// Completes what is typed: dot commands, files, and SQL, by DuckDB's own extension where that is there, else by the names
/// that the database has.
///
/// It asks the shell's own connection, because another one would not see temporary tables and what a transaction has made.
final class SQLCompleter: LineCompleter {
  /// The connection, when no statement is under way.
  var connection: DuckDBConnection?
  /// The lines of the statement before the one that is being typed.
  var statement = ""
  /// The commands with their dots.
  private let commands: [String]
  private var names: Names?
  private var hasExtension: Bool?

  /// How many are shown at once; more help nobody.
  private static let most = 400

  private struct Names {
    var keywords, tables, columns, functions, tableFunctions, settings: [String]
    /// By the table in lower case.
    var columnsOfTables: [String: [String]]
  }

  init(commands: [String]) { self.commands = commands }

  /// What the database has may have changed.
  func forget() { (names, hasExtension) = (nil, nil) }

  func completions(of word: String, in text: String) -> [String] {
    let line = text.drop { $0 == " " }
    if line.hasPrefix("."), statement.isEmpty {
      guard line.contains(" ") else { return commands.filter { $0.hasPrefix(line) }.map { cut($0, line, word) } }
      return Self.files(word)
    }
    // An odd number of quotes: a text is open, which may be the name of a file.
    if (statement + text).count(where: { $0 == "'" }) % 2 == 1 { return Self.files(word) }
    let whole = statement + text
    if let suggested = suggestions(for: whole, word), !suggested.isEmpty { return suggested }
    return known(word, behind: String(whole.dropLast(word.count)))
  }

  /// Completions stand in the place of the word, which begins behind what is no part of one, such as a dot.
  private func cut(_ completion: String, _ line: Substring, _ word: String) -> String {
    String(completion.dropFirst(line.count - word.count))
  }

  // MARK: DuckDB's own

  private func suggestions(for text: String, _ word: String) -> [String]? {
    guard let connection else { return nil }
    if hasExtension == nil {
      // Asking for the function itself would make DuckDB look for it on the network.
      let found = "SELECT count(*) FROM duckdb_functions() WHERE function_name = 'sql_auto_complete'"
      hasExtension = (try? connection.texts(found).first?.first) ?? "0" != "0"
    }
    guard hasExtension == true, !text.utf8.contains(0) else { return nil }
    let literal = text.replacing(scalar: "'", with: "''")
    let rows = try? connection.texts("FROM sql_auto_complete('\(literal)')")
    let start = text.utf8.count - word.utf8.count
    return rows?.compactMap { row in
      guard row.count >= 2, let place = Int(row[1]), place <= start else { return nil }
      // Older versions do not say what kind of thing it is.
      let isFunction = row.count > 2 && row[2].hasSuffix("_function") && !row[0].hasSuffix("(")
      // Its place is before the word where a name has a dot in it.
      return String(decoding: text.utf8.dropFirst(place).prefix(start - place), as: UTF8.self)
        + row[0].trimmingBlanks + (isFunction ? "(" : "")
    }.filter { $0.hasPrefix(word) || $0.lowercased().hasPrefix(word.lowercased()) }
  }

  // MARK: By names

  private func known(_ word: String, behind text: String) -> [String] {
    guard let names = loaded() else { return [] }
    let words = text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    if let dot = word.lastIndex(of: ".") { return members(of: word[..<dot], word, words, names) }
    if word.isEmpty, words.isEmpty { return [] }
    let candidates: [String]
    switch words.last {
    case "from", "join", "into", "table", "update", "describe", "summarize", "view":
      candidates = names.tables + names.tableFunctions.map { "\($0)(" }
    case "set", "reset", "pragma": candidates = names.settings
    default:
      let tables = mentioned(words, names)
      let columns = tables.isEmpty ? names.columns : tables.flatMap { names.columnsOfTables[$0] ?? [] }
      candidates = columns + names.functions.map { "\($0)(" } + names.tables + keywords(word, names)
    }
    return matching(word, candidates)
  }

  /// Keywords as the user writes them.
  private func keywords(_ word: String, _ names: Names) -> [String] {
    word.contains(where: \.isUppercase) ? names.keywords.map { $0.uppercased() } : names.keywords
  }

  private func matching(_ word: String, _ candidates: [String]) -> [String] {
    let start = word.lowercased()
    var seen: Set<String> = []
    return candidates.filter { $0.lowercased().hasPrefix(start) && seen.insert($0).inserted }.sorted()
      .prefix(Self.most).map { $0 }
  }

  private func mentioned(_ words: [String], _ names: Names) -> [String] {
    words.filter { names.columnsOfTables[$0] != nil }
  }

  /// The columns of a table, or of what stands for it: `f` in `flights AS f`, or in `flights f`.
  private func members(of prefix: Substring, _ word: String, _ words: [String], _ names: Names) -> [String] {
    let name = (prefix.split(separator: ".").last.map(String.init) ?? "").lowercased()
    var table = name
    if names.columnsOfTables[name] == nil, let place = words.lastIndex(of: name), place > 0 {
      table = words[place - 1] == "as" && place > 1 ? words[place - 2] : words[place - 1]
    }
    let members = names.columnsOfTables[table] ?? names.tables
    return matching(word, members.map { "\(prefix).\($0)" })
  }

  private func loaded() -> Names? {
    if let names { return names }
    guard let connection else { return nil }
    func list(_ sql: String) -> [String] { ((try? connection.texts(sql)) ?? []).compactMap(\.first) }
    var names = Names(
      keywords: list("SELECT keyword_name FROM duckdb_keywords()"),
      tables: list(
        "SELECT table_name FROM duckdb_tables() UNION SELECT view_name FROM duckdb_views() WHERE NOT internal"),
      columns: [],
      functions: list(
        """
        SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('scalar', 'aggregate', 'macro')
        AND regexp_full_match(function_name, '[a-z][A-Za-z0-9_]*')
        """),
      tableFunctions: list(
        """
        SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN ('table', 'table_macro')
        AND regexp_full_match(function_name, '[a-z][A-Za-z0-9_]*')
        """),
      settings: list("SELECT name FROM duckdb_settings()"), columnsOfTables: [:])
    for row
      in (try? connection.texts(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY ALL LIMIT 20000")) ?? []
    where row.count == 2 {
      names.columnsOfTables[row[0].lowercased(), default: []].append(Self.quoted(row[1]))
    }
    names.tables = names.tables.map(Self.quoted)
    names.columns = Array(Set(names.columnsOfTables.values.joined()))
    self.names = names
    return names
  }

  private static func quoted(_ name: String) -> String {
    let isPlain =
      name.utf8.first.map { $0 == 95 || $0 | 32 > 96 && $0 | 32 < 123 } ?? false
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    return isPlain ? name : "\"\(name.replacing(scalar: "\"", with: "\"\""))\""
  }

  // MARK: Files

  private static func files(_ word: String) -> [String] {
    let folder = word.lastIndex(of: "/").map { String(word[...$0]) } ?? ""
    let start = word.dropFirst(folder.count)
    let place = folder.isEmpty ? "." : HomeFolder.expanding(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return names.filter { $0.hasPrefix(start) && (!$0.hasPrefix(".") || start.hasPrefix(".")) }.sorted().prefix(most)
      .map { folder + $0 + (ResolvedPath.isFolder("\(place)/\($0)") ? "/" : "") }
  }
}
