import CPythonABI

/// `None` is nil; anything else is a value of the wrapped type.
extension Optional: PythonExtractable where Wrapped: PythonExtractable {
  /// Reads `None` as nil, anything else as a wrapped value.
  public static func extract(from object: borrowing PythonObject) throws -> Wrapped? {
    object.isNone ? nil : try Wrapped.extract(from: object)
  }
}

extension Optional: PythonRepresentable where Wrapped: PythonRepresentable {
  /// The value, or `None`.
  public var pythonRepresentation: PythonValue { self?.pythonRepresentation ?? .none }
}

/// A Python `list`, `tuple` or other sequence, but not text or bytes.
extension Array: PythonExtractable where Element: PythonExtractable {
  /// Reads a sequence, element by element.
  public static func extract(from object: borrowing PythonObject) throws -> [Element] {
    let api = object.api
    let texts = [api.pointee.PyUnicode_Type, api.pointee.PyBytes_Type, api.pointee.PyByteArray_Type]
    guard api.pointee.PySequence_Check(object.pointer) != 0,
      !texts.contains(where: { api.isInstance(object.pointer, of: $0) })
    else { throw object.conversionError(to: "Array") }
    let count = try object.count()
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for index in 0..<count {
      let element = try object.state.own(api.pointee.PySequence_GetItem(object.pointer, index), object)
      elements.append(try Element.extract(from: element))
    }
    return elements
  }
}

extension Array: PythonRepresentable where Element: PythonRepresentable {
  /// A `list`.
  public var pythonRepresentation: PythonValue { .list(map(\.pythonRepresentation)) }
}

/// A Python `dict`. Keys that are the same Swift value keep the last of their values.
extension Dictionary: PythonExtractable where Key: PythonExtractable, Value: PythonExtractable {
  /// Reads a `dict`, pair by pair.
  public static func extract(from object: borrowing PythonObject) throws -> [Key: Value] {
    let api = object.api
    guard api.isInstance(object.pointer, of: api.pointee.PyDict_Type) else {
      throw object.conversionError(to: "Dictionary")
    }
    let items = try object.state.own(api.pointee.PyDict_Items(object.pointer), object)
    var dictionary: [Key: Value] = [:]
    for index in 0..<(try items.count()) {
      let pair = try items.item(index)
      dictionary[try pair.item(0).extract()] = try pair.item(1).extract()
    }
    return dictionary
  }
}

extension Dictionary: PythonRepresentable where Key: PythonRepresentable, Value: PythonRepresentable {
  /// A `dict`.
  public var pythonRepresentation: PythonValue {
    .dictionary(map { ($0.key.pythonRepresentation, $0.value.pythonRepresentation) })
  }
}
