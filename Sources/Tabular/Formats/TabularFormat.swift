/// How rows become text.
///
/// Values are written as `CAST(x AS VARCHAR)` in DuckDB writes them. In JSON, numbers, lists, structures and maps are
/// what JSON has for them, and NaN and infinities are `null`.
public enum TabularFormat: String, Sendable, CaseIterable {
  /// Drawn with lines, for people: names and types in the head, numbers to the right. Of a long result the first and
  /// the last rows are shown, and only those are kept in memory; nothing is written before the end.
  case table
  /// Comma-separated values with a head line, quoted as RFC 4180 says; lines end with a line feed alone, as DuckDB's own
  /// COPY writes them. No value is an empty field, an empty text is `""`.
  case csv
  /// One array of objects, a row on each line. When columns have the same name, so have the members.
  case json
  /// An object on each line, with members as in `json`.
  case jsonl
  /// A table as Markdown has them: numbers to the right, `\|` for a bar and `<br>` for the end of a line in a value.
  case markdown
  /// `name = value` on a line for each column, and an empty line between rows.
  case line

  /// Makes a writer.
  ///
  /// - Parameters:
  ///   - maxRows: how many rows a table shows at most.
  ///   - width: the width of the terminal, into which a table fits: long cells are shortened, and of more columns than
  ///     there is room for those in the middle are left out, and counted below it. Nil for no limit.
  ///   - isStyled: whether a table has escape sequences that terminals understand, which make types and `NULL` paler.
  ///   - timeZones: says how far the time zones of columns are from UTC; nil for what the system knows of them.
  public func writer(
    to sink: OutputSink, maxRows: Int = 40, width: Int? = nil, isStyled: Bool = false,
    timeZones: TimeZoneLookup? = nil
  ) -> any TabularWriter {
    let zones = timeZones ?? TimeZoneSpan.known
    return switch self {
    case .table: TableWriter(sink: sink, zones: zones, maxRows: maxRows, width: width, isStyled: isStyled)
    case .csv: CSVWriter(sink: sink, zones: zones)
    case .json: JSONWriter(sink: sink, zones: zones)
    case .jsonl: JSONLinesWriter(sink: sink, zones: zones)
    case .markdown: MarkdownWriter(sink: sink, zones: zones)
    case .line: LineWriter(sink: sink, zones: zones)
    }
  }
}
