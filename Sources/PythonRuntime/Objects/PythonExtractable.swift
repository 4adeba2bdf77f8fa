/// A Swift type whose values can be read out of Python objects.
public protocol PythonExtractable {
  /// The value of an object.
  ///
  /// - Throws: `PythonRuntimeError` with code `conversion` when the object has no such value.
  static func extract(from object: borrowing PythonObject) throws -> Self
}

/// A Swift type whose values can be made into Python objects.
///
/// To add a type, build on one that conforms already: return what its `pythonRepresentation` is made of.
public protocol PythonRepresentable {
  /// The built-in value that stands for this one.
  var pythonRepresentation: PythonValue { get }
}

/// A value that becomes a Python object: what a `PythonRepresentable` is made of.
public indirect enum PythonValue: Sendable {
  case none
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case list([PythonValue])
  case dictionary([(key: PythonValue, value: PythonValue)])
}

extension PythonObject {
  /// The error for an object that has no value of a type.
  package func conversionError(to type: String, because reason: String? = nil) -> PythonRuntimeError {
    let suffix = reason.map { ": \($0)" } ?? ""
    return PythonRuntimeError(
      .conversion, "the Python value \(shortDescription) of type \(typeName) is not a \(type)\(suffix)")
  }
}
