import CPythonABI
import Functions

/// How numbers lie in the memory of a buffer: what Python's formats say of it.
struct NumberLayout: Equatable {
  enum Kind { case signed, unsigned, float, bool }

  let kind: Kind
  let byteWidth: Int

  /// The layout of the values of a type; nil for one that Python's formats have nothing for.
  init?(_ type: UDFType) {
    switch type {
    case .int: self.init(.signed, 8)
    case .int8: self.init(.signed, 1)
    case .int16: self.init(.signed, 2)
    case .int32: self.init(.signed, 4)
    case .uint8: self.init(.unsigned, 1)
    case .uint16: self.init(.unsigned, 2)
    case .uint32: self.init(.unsigned, 4)
    case .uint64: self.init(.unsigned, 8)
    case .float: self.init(.float, 8)
    case .float32: self.init(.float, 4)
    case .bool: self.init(.bool, 1)
    default: return nil
    }
  }

  init(_ kind: Kind, _ byteWidth: Int) { (self.kind, self.byteWidth) = (kind, byteWidth) }

  /// The layout of a buffer's elements; nil for those of another byte order, and for what is no number.
  init?(of view: Py_buffer) {
    // Without a format they are bytes.
    var format = view.format.map { String(cString: $0) } ?? "B"
    if let order = format.first, "@=<".contains(order) { format.removeFirst() }
    guard format.utf8.count == 1, let letter = format.first else { return nil }
    let kind: Kind
    switch letter {
    case "b", "h", "i", "l", "q", "n": kind = .signed
    case "B", "H", "I", "L", "Q", "N": kind = .unsigned
    case "e", "f", "d": kind = .float
    case "?": kind = .bool
    default: return nil
    }
    self.init(kind, view.itemsize)
  }

  /// Never freed: buffers point there.
  var format: UnsafePointer<CChar> {
    let format: StaticString =
      switch (kind, byteWidth) {
      case (.signed, 1): "b"
      case (.signed, 2): "h"
      case (.signed, 4): "i"
      case (.signed, _): "q"
      case (.unsigned, 1): "B"
      case (.unsigned, 2): "H"
      case (.unsigned, 4): "I"
      case (.unsigned, _): "Q"
      case (.float, 4): "f"
      case (.float, _): "d"
      case (.bool, _): "?"
      }
    return UnsafeRawPointer(format.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
