internal import Columnar

/// The schemas that one process has sent to the other, which are then only numbers.
package struct SentSchemas {
  private var numbers: [Schema: Int] = [:]
  /// After so many it begins anew.
  static let most = 256

  package init() {}

  mutating func write(_ schema: Schema, to writer: inout WireWriter) {
    if let known = numbers[schema] {
      writer.write(false)
      writer.write(known)
      return
    }
    if numbers.count == Self.most { numbers = [:] }
    writer.write(true)
    writer.write(numbers.count)
    numbers[schema] = numbers.count
    writer.write(schema.fields)
    writer.write(schema.metadata)
  }
}

/// The same at the other end.
package struct ReceivedSchemas {
  private var schemas: [Schema] = []

  package init() {}

  mutating func read(_ reader: inout WireReader) throws(WireError) -> Schema {
    let isNew = try reader.read(Bool.self)
    let number = try reader.readInt()
    guard isNew else {
      guard schemas.indices.contains(number) else { throw WireError("there is no schema \(number)") }
      return schemas[number]
    }
    if number == 0 { schemas = [] }
    guard number == schemas.count, number < SentSchemas.most else {
      throw WireError("schema \(number) comes after \(schemas.count) others")
    }
    let fields = try reader.read([Field].self)
    schemas.append(Schema(fields, metadata: try reader.read([String: String].self)))
    return schemas[number]
  }
}
