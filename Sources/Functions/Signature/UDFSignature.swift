import HostSupport

/// What a UDF is called, takes and gives, as its file declares it.
public struct UDFSignature: Sendable, Hashable, Codable {
  /// One parameter.
  public struct Parameter: Sendable, Hashable, Codable {
    /// The parameter's name.
    public let name: String
    /// The annotation's type.
    public let type: UDFType
    /// Whether a null is passed as `None`; otherwise a row with a null here is null without a call.
    public let isOptional: Bool
    /// Whether a call may leave it out, because it has a default value.
    public let hasDefault: Bool
    /// Whether it stands for any number of arguments: `*name: T`. Only the last parameter can.
    public let isVariadic: Bool
  }

  /// The function's name, or the one that `@udf(name=...)` gives it; SQL does not tell its upper from its lower case.
  public let name: String
  /// How it is called.
  public let kind: FunctionKind
  /// The parameters, in order.
  public let parameters: [Parameter]
  /// The type of the result; of a table function that of a row.
  public let result: UDFType
  /// Whether equal arguments always give equal results, as `@udf(deterministic=...)` says.
  public let determinism: UDFDeterminism
  /// What a failing row does, as `@udf(on_error=...)` says.
  public let errorMode: UDFErrorMode
  /// How long its calls may take, as `@udf(timeout=..., batch_timeout=...)` says.
  public let timeouts: UDFTimeouts
  /// How many bytes the function's interpreter may take, as `@udf(memory=...)` says; nil for no limit. The largest of a
  /// file's functions holds for all of them, because they share an interpreter.
  public let memoryLimit: Int?
  /// The docstring, without its indentation.
  public let documentation: String?
  /// The line of its `def`, counted from 1.
  public let line: Int
  /// Whether the rows of a batch that failed are tried again one by one, as `@udf(batch=True, retry_rows=True)` says.
  public let retriesRows: Bool
  /// What an aggregate function is made of; nil for every other.
  public internal(set) var aggregate: Aggregate?
  /// How many rows of an async function may be under way at the same time, as `@udf(concurrency=...)` says it; nil for other
  /// functions.
  public let concurrency: Int?
  /// Where it says that the functions of its file run, as `@udf(placement=...)` says it; nil for wherever they can.
  public let placement: Placement?
  /// What the only column of a table function's rows is called, where a declaration says so.
  let columnName: String?
  /// What decimal results do that do not fit; nil for what annotated functions do.
  package let decimals: DecimalRule?
  /// How it takes a batch; nil for functions that are not called for one.
  package let batchForm: BatchForm?
  /// Whether rows may be computed without Python; nil where the function says nothing.
  package internal(set) var vectorizes: Bool?

  /// In SQL's terms: `delay_score(dep_delay DOUBLE, arr_delay DOUBLE) -> DOUBLE`. What may be left out stands in brackets,
  /// what may be repeated is followed by dots. Of a great many parameters, fields or values only some are named.
  public var sqlDescription: String {
    let list = parameters.map { parameter in
      let text = "\(parameter.name) \(parameter.type.shownParameterName)"
      return parameter.isVariadic ? "\(text)..." : parameter.hasDefault ? "[\(text)]" : text
    }
    let taken = "\(name)(\(list.listed(each: TextLimit.type)))"
    guard kind == .table else { return "\(taken) -> \(result.shownSQLName)" }
    let columns = columnTypes.map { "\(UDFType.identifier($0.name)) \($0.type.shownSQLName)" }
    return "\(taken) -> TABLE(\(columns.listed(each: TextLimit.type)))"
  }

  /// The first line of the docstring.
  public var summary: String? {
    documentation?.split(separator: "\n").first.map(String.init)
  }

  /// What a null argument does, in one line.
  public var nullBehavior: String {
    let optional = parameters.filter(\.isOptional).map(\.name).listed()
    if kind == .aggregate {
      if optional.isEmpty { return "a row with a null argument is left out" }
      if parameters.allSatisfy(\.isOptional) { return "nulls are passed as None" }
      return "null is passed as None to \(optional); a row with a null elsewhere is left out"
    }
    let nothing = kind == .table ? "no rows" : "null"
    if kind == .batch || kind == .batches {
      let strict = parameters.filter { !$0.isOptional }.map(\.name)
      if strict.isEmpty {
        return batchForm?.packages.isEmpty == false
          ? "nulls are passed among the values" : "nulls are None among the values"
      }
      return "a row with a null in \(strict.listed()) is left out, and its result is null"
    }
    if parameters.isEmpty { return "called once per row" }
    if optional.isEmpty { return "a null argument gives \(nothing) without a call" }
    if parameters.allSatisfy(\.isOptional) { return "nulls are passed as None" }
    return "null is passed as None to \(optional); a null elsewhere gives \(nothing) without a call"
  }
}

extension UDFSignature {
  /// Reads a signature from the form in which it is encoded; one without a kind is called once for each row.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(String.self, forKey: .name)
    kind = try values.decodeIfPresent(FunctionKind.self, forKey: .kind) ?? .rows
    parameters = try values.decode([Parameter].self, forKey: .parameters)
    result = try values.decode(UDFType.self, forKey: .result)
    determinism = try values.decode(UDFDeterminism.self, forKey: .determinism)
    errorMode = try values.decode(UDFErrorMode.self, forKey: .errorMode)
    timeouts = try values.decode(UDFTimeouts.self, forKey: .timeouts)
    memoryLimit = try values.decodeIfPresent(Int.self, forKey: .memoryLimit)
    documentation = try values.decodeIfPresent(String.self, forKey: .documentation)
    line = try values.decode(Int.self, forKey: .line)
    retriesRows = try values.decodeIfPresent(Bool.self, forKey: .retriesRows) ?? false
    concurrency = try values.decodeIfPresent(Int.self, forKey: .concurrency)
    placement = try values.decodeIfPresent(Placement.self, forKey: .placement)
    columnName = try values.decodeIfPresent(String.self, forKey: .columnName)
    aggregate = try values.decodeIfPresent(Aggregate.self, forKey: .aggregate)
    decimals = try values.decodeIfPresent(DecimalRule.self, forKey: .decimals)
    batchForm = try values.decodeIfPresent(BatchForm.self, forKey: .batchForm)
    vectorizes = try values.decodeIfPresent(Bool.self, forKey: .vectorizes)
  }
}
