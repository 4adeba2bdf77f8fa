/// How a function that is called for a batch takes it, as its annotations and `@udf(rows=...)` say.
package struct BatchForm: Sendable, Hashable, Codable {
  /// The places of the parameters that are columns; the others are lists.
  package let columns: [Int]
  /// The parameters that are objects of a package, by their places.
  package let packages: [Int: Package]
  /// Whether the function gives or takes any objects of a package, so that our module for these is there.
  package let usesPackages: Bool
  /// Whether an iterator gives tuples, and not the only column of each batch.
  package let isTuple: Bool
  /// The class of these tuples, by its place among the source's; nil for plain ones.
  package let tupleClass: Int?
  /// How many rows a call gets at most; nil for those of the batch.
  package let rows: Int?

  /// Whose objects a parameter's values are.
  package enum Package: String, Sendable, Codable {
    /// An array of numpy.
    case array
    /// A series of pandas over Arrow's memory.
    case series
    /// An array of pyarrow.
    case arrow
  }

  private enum Key: String, CodingKey { case columns, packages, usesPackages, isTuple, tupleClass, rows }

  /// One of before there were packages has none.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    columns = try values.decode([Int].self, forKey: .columns)
    let packages = try values.decodeIfPresent([String: Package].self, forKey: .packages) ?? [:]
    self.packages = Dictionary(packages.compactMap { place, form in Int(place).map { ($0, form) } }) { first, _ in first
    }
    usesPackages = try values.decodeIfPresent(Bool.self, forKey: .usesPackages) ?? !packages.isEmpty
    isTuple = try values.decode(Bool.self, forKey: .isTuple)
    tupleClass = try values.decodeIfPresent(Int.self, forKey: .tupleClass)
    rows = try values.decodeIfPresent(Int.self, forKey: .rows)
  }

  /// Writes it as `init(from:)` reads it.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(columns, forKey: .columns)
    try values.encode(Dictionary(uniqueKeysWithValues: packages.map { ("\($0)", $1) }), forKey: .packages)
    try values.encode(usesPackages, forKey: .usesPackages)
    try values.encode(isTuple, forKey: .isTuple)
    try values.encodeIfPresent(tupleClass, forKey: .tupleClass)
    try values.encodeIfPresent(rows, forKey: .rows)
  }
}
