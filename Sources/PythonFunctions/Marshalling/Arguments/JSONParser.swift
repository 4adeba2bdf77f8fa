import Functions
import CPythonABI
import PythonRuntime

/// Makes objects of JSON, as far as it is no work: it knows no integers of more than 18 digits, no surrogates, and no mistakes.
struct JSONParser {
  let api: PythonAPI

  private static let mostDepth = 64

  /// The object of a text, as a new reference; nil for a text to be read in another way. No exception is pending.
  func object(of text: UnsafeRawBufferPointer) -> ObjectPointer? {
    var rest = text[...]
    skipSpace(&rest)
    guard let object = value(&rest, depth: 0) else {
      api.pointee.PyErr_Clear()
      return nil
    }
    skipSpace(&rest)
    guard rest.isEmpty else {
      api.pointee.Py_DecRef(object)
      return nil
    }
    return object
  }

  private typealias Rest = Slice<UnsafeRawBufferPointer>

  @inline(__always)
  private func skipSpace(_ rest: inout Rest) {
    while let byte = rest.first, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { rest.removeFirst() }
  }

  /// Takes a byte if it comes next, after space.
  @inline(__always)
  private func take(_ byte: Unicode.Scalar, _ rest: inout Rest) -> Bool {
    skipSpace(&rest)
    guard rest.first == UInt8(ascii: byte) else { return false }
    rest.removeFirst()
    return true
  }

  private func value(_ rest: inout Rest, depth: Int) -> ObjectPointer? {
    switch rest.first {
    case UInt8(ascii: "\""): return text(&rest)
    case UInt8(ascii: "{"): return depth < Self.mostDepth ? dictionary(&rest, depth + 1) : nil
    case UInt8(ascii: "["): return depth < Self.mostDepth ? list(&rest, depth + 1) : nil
    case UInt8(ascii: "t"): return constant("true", api.pointee._Py_TrueStruct, &rest)
    case UInt8(ascii: "f"): return constant("false", api.pointee._Py_FalseStruct, &rest)
    case UInt8(ascii: "n"): return constant("null", api.none, &rest)
    default: return number(&rest)
    }
  }

  private func constant(_ name: StaticString, _ object: ObjectPointer, _ rest: inout Rest) -> ObjectPointer? {
    let length = name.utf8CodeUnitCount
    guard rest.prefix(length).elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: length)) else {
      return nil
    }
    rest.removeFirst(length)
    api.pointee.Py_IncRef(object)
    return object
  }

  private func dictionary(_ rest: inout Rest, _ depth: Int) -> ObjectPointer? {
    rest.removeFirst()
    guard let dictionary = api.pointee.PyDict_New() else { return nil }
    if take("}", &rest) { return dictionary }
    repeat {
      skipSpace(&rest)
      guard rest.first == UInt8(ascii: "\""), let key = text(&rest) else { return dropped(dictionary) }
      defer { api.pointee.Py_DecRef(key) }
      guard take(":", &rest) else { return dropped(dictionary) }
      skipSpace(&rest)
      guard let value = value(&rest, depth: depth) else { return dropped(dictionary) }
      defer { api.pointee.Py_DecRef(value) }
      guard api.pointee.PyDict_SetItem(dictionary, key, value) == 0 else { return dropped(dictionary) }
    } while take(",", &rest)
    return take("}", &rest) ? dictionary : dropped(dictionary)
  }

  private func list(_ rest: inout Rest, _ depth: Int) -> ObjectPointer? {
    rest.removeFirst()
    guard let list = api.pointee.PyList_New(0) else { return nil }
    if take("]", &rest) { return list }
    repeat {
      skipSpace(&rest)
      guard let item = value(&rest, depth: depth) else { return dropped(list) }
      defer { api.pointee.Py_DecRef(item) }
      guard api.pointee.PyList_Append(list, item) == 0 else { return dropped(list) }
    } while take(",", &rest)
    return take("]", &rest) ? list : dropped(list)
  }

  private func dropped(_ object: ObjectPointer) -> ObjectPointer? {
    api.pointee.Py_DecRef(object)
    return nil
  }

  private func number(_ rest: inout Rest) -> ObjectPointer? {
    let start = rest.startIndex
    var place = start
    func skipDigits() -> Int {
      let first = place
      while place < rest.endIndex, (0x30...0x39).contains(rest[place]) { place += 1 }
      return place - first
    }
    func isNext(_ bytes: UInt8...) -> Bool { place < rest.endIndex && bytes.contains(rest[place]) }
    if isNext(UInt8(ascii: "-")) { place += 1 }
    let firstDigit = place
    let digits = skipDigits()
    guard digits > 0, digits == 1 || rest[firstDigit] != UInt8(ascii: "0") else { return nil }
    var isInteger = true
    if isNext(UInt8(ascii: ".")) {
      place += 1
      guard skipDigits() > 0 else { return nil }
      isInteger = false
    }
    if isNext(UInt8(ascii: "e"), UInt8(ascii: "E")) {
      place += 1
      if isNext(UInt8(ascii: "+"), UInt8(ascii: "-")) { place += 1 }
      guard skipDigits() > 0 else { return nil }
      isInteger = false
    }
    let characters = rest[start..<place]
    rest = rest[place...]
    guard isInteger else {
      return Double(String(decoding: characters, as: UTF8.self)).flatMap { api.pointee.PyFloat_FromDouble($0) }
    }
    guard digits <= 18 else { return nil }
    let magnitude = rest.base[firstDigit..<firstDigit + digits].reduce(Int64(0)) { $0 * 10 + Int64($1 - 0x30) }
    return api.pointee.PyLong_FromLongLong(firstDigit > start ? -magnitude : magnitude)
  }

  private func text(_ rest: inout Rest) -> ObjectPointer? {
    let start = rest.startIndex + 1
    var place = start
    while place < rest.endIndex {
      let byte = rest.base[place]
      if byte == UInt8(ascii: "\"") {
        let characters = UnsafeRawBufferPointer(rebasing: rest.base[start..<place])
        rest = rest[(place + 1)...]
        return make(characters)
      }
      if byte == UInt8(ascii: "\\") { return escapedText(&rest, from: start, to: place) }
      guard byte >= 0x20 else { return nil }
      place += 1
    }
    return nil
  }

  private func make(_ utf8: UnsafeRawBufferPointer) -> ObjectPointer? {
    api.pointee.PyUnicode_FromStringAndSize(utf8.baseAddress?.assumingMemoryBound(to: CChar.self), utf8.count)
  }

  /// A text with escapes, of which the first stands at `end`.
  private func escapedText(_ rest: inout Rest, from start: Int, to end: Int) -> ObjectPointer? {
    var characters = Array(rest.base[start..<end])
    var place = end
    while place < rest.endIndex {
      let byte = rest.base[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        rest = rest[place...]
        return characters.withUnsafeBytes { make($0) }
      }
      guard byte >= 0x20 else { return nil }
      guard byte == UInt8(ascii: "\\") else {
        characters.append(byte)
        continue
      }
      guard place < rest.endIndex else { return nil }
      let escaped = rest.base[place]
      place += 1
      switch escaped {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): characters.append(escaped)
      case UInt8(ascii: "b"): characters.append(0x08)
      case UInt8(ascii: "f"): characters.append(0x0C)
      case UInt8(ascii: "n"): characters.append(0x0A)
      case UInt8(ascii: "r"): characters.append(0x0D)
      case UInt8(ascii: "t"): characters.append(0x09)
      case UInt8(ascii: "u"):
        guard place + 4 <= rest.endIndex, let scalar = scalar(rest.base[place..<place + 4]) else { return nil }
        characters.append(contentsOf: String(Character(scalar)).utf8)
        place += 4
      default: return nil
      }
    }
    return nil
  }

  /// The character of four hexadecimal digits; nil for half of a pair.
  private func scalar(_ digits: Slice<UnsafeRawBufferPointer>) -> Unicode.Scalar? {
    var code: UInt32 = 0
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else { return nil }
      code = code << 4 | UInt32(value)
    }
    return Unicode.Scalar(code)
  }
}
