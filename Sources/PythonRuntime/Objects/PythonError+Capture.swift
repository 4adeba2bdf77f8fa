import HostSupport
import CPythonABI

extension PythonError {
  /// Copies the pending exception and clears it; nil when none is pending. Never fails and leaves none pending.
  package static func take(_ api: PythonAPI) -> PythonError? {
    guard let exception = api.pointee.PyErr_GetRaisedException() else { return nil }
    defer {
      api.pointee.Py_DecRef(exception)
      api.pointee.PyErr_Clear()
    }
    // The text of a `MemoryError` takes memory too, while its frames still hold what was too much.
    let counter = MemoryCounter.ofThread
    counter?.suspendLimit()
    defer { counter?.resumeLimit() }
    var room = mostExceptions
    return copy(exception, api, depth: 0, &room)
  }

  /// Exceptions can be chained in a circle, and a chain of hundreds helps nobody.
  private static let deepestChain = 8
  /// How many exceptions of groups are copied with one.
  private static let mostExceptions = 20
  /// A traceback of `RecursionError` has a thousand frames.
  private static let mostFrames = 40
  /// The exception whose messages Clutch writes: they tell of everything that is wrong with a file.
  private static let ownType = "clutch.SignatureError"

  /// - Parameter room: how many exceptions of groups may still be copied.
  private static func copy(
    _ exception: ObjectPointer, _ api: PythonAPI, depth: Int, _ room: inout Int
  ) -> PythonError {
    let (frames, omitted) = traceback(of: exception, api)
    let typeName = api.typeName(exception)
    let limit = typeName == ownType ? TextLimit.ownMessage : TextLimit.message
    let (exceptions, omittedExceptions) = group(exception, api, depth, &room)
    let message = message(of: exception, limit, api)
    return PythonError(
      typeName: typeName, message: message, notes: notes(of: exception, api) + advice(typeName, message),
      traceback: frames, omittedFrames: omitted, syntax: syntaxLocation(of: exception, api),
      earlier: depth < deepestChain ? earlier(than: exception, api, depth, &room) : nil, exceptions: exceptions,
      omittedExceptions: omittedExceptions)
  }

  /// The exceptions of a group, as far as there is room for them, and how many more there are.
  private static func group(
    _ exception: ObjectPointer, _ api: PythonAPI, _ depth: Int, _ room: inout Int
  ) -> (exceptions: [PythonError], omitted: Int) {
    let functions = api.pointee
    let type = functions.PyExc_BaseExceptionGroup.pointee
    guard functions.PyErr_GivenExceptionMatches(exception, type) != 0 else { return ([], 0) }
    defer { functions.PyErr_Clear() }
    // What it was made of, which are exceptions: the attribute of a class of the user's may be anything.
    guard let descriptor = api.attribute(type, "exceptions") else { return ([], 0) }
    defer { functions.Py_DecRef(descriptor) }
    guard let get = api.attribute(descriptor, "__get__") else { return ([], 0) }
    defer { functions.Py_DecRef(get) }
    var arguments: [ObjectPointer?] = [exception]
    guard let group = functions.PyObject_Vectorcall(get, &arguments, 1, nil) else { return ([], 0) }
    defer { functions.Py_DecRef(group) }
    guard api.isInstance(group, of: functions.PyTuple_Type) else { return ([], 0) }
    var found: [PythonError] = []
    let count = functions.PyTuple_Size(group)
    while found.count < count, room > 0, depth < deepestChain,
      let next = functions.PyTuple_GetItem(group, found.count)
    {
      room -= 1
      found.append(copy(next, api, depth: depth + 1, &room))
    }
    return (found, count - found.count)
  }

  /// The message of a `SyntaxError` is its `msg`: its `str()` repeats the place, which is kept apart.
  private static func message(of exception: ObjectPointer, _ limit: Int, _ api: PythonAPI) -> String {
    if isSyntaxError(exception, api), let message = api.textAttribute(exception, "msg", limit: limit) {
      return message
    }
    guard let shown = api.pointee.PyObject_Str(exception) else {
      api.pointee.PyErr_Clear()
      return "<the exception's text cannot be shown>"
    }
    defer { api.pointee.Py_DecRef(shown) }
    return api.text(shown, limit: limit) ?? ""
  }

  private static func notes(of exception: ObjectPointer, _ api: PythonAPI) -> [String] {
    guard let notes = api.attribute(exception, "__notes__") else { return [] }
    defer { api.pointee.Py_DecRef(notes) }
    var texts: [String] = []
    let count = api.pointee.PyObject_Size(notes)
    for index in 0..<max(0, min(count, TextLimit.notes)) {
      guard let note = api.pointee.PySequence_GetItem(notes, index) else { break }
      defer { api.pointee.Py_DecRef(note) }
      texts.append(api.text(note, limit: TextLimit.message) ?? api.shortRepresentation(note))
    }
    if count > texts.count, texts.count == TextLimit.notes { texts.append("… (\(count - texts.count) more notes)") }
    api.pointee.PyErr_Clear()
    return texts
  }

  /// What to do about a refusal of CPython's, which does not say.
  private static func advice(_ typeName: String, _ message: String) -> [String] {
    guard typeName == "RuntimeError", message.hasPrefix("daemon threads are disabled in this") else { return [] }
    return [
      "Leave daemon=True out and join the thread before the function returns; in a program allowsDaemonThreads of the "
        + "interpreter's configuration allows daemon threads."
    ]
  }

  private static func earlier(
    than exception: ObjectPointer, _ api: PythonAPI, _ depth: Int, _ room: inout Int
  ) -> (origin: Origin, error: PythonError)? {
    if let cause = api.pointee.PyException_GetCause(exception) {
      defer { api.pointee.Py_DecRef(cause) }
      return (.cause, copy(cause, api, depth: depth + 1, &room))
    }
    guard let suppressed = api.attribute(exception, "__suppress_context__") else { return nil }
    defer { api.pointee.Py_DecRef(suppressed) }
    guard suppressed != api.pointee._Py_TrueStruct,
      let context = api.pointee.PyException_GetContext(exception)
    else { return nil }
    defer { api.pointee.Py_DecRef(context) }
    return (.context, copy(context, api, depth: depth + 1, &room))
  }

  // MARK: Places

  private static func isSyntaxError(_ exception: ObjectPointer, _ api: PythonAPI) -> Bool {
    api.pointee.PyErr_GivenExceptionMatches(exception, api.pointee.PyExc_SyntaxError.pointee) != 0
  }

  private static func syntaxLocation(of exception: ObjectPointer, _ api: PythonAPI) -> SyntaxLocation? {
    guard isSyntaxError(exception, api), let line = api.intAttribute(exception, "lineno") else { return nil }
    let source = api.textAttribute(exception, "text", limit: TextLimit.sourceLine)
    return SyntaxLocation(
      file: api.textAttribute(exception, "filename", limit: TextLimit.path) ?? "?", line: line,
      column: api.intAttribute(exception, "offset"),
      source: source.map { String($0.prefix { $0 != "\n" && $0 != "\r\n" }) })
  }

  private static func traceback(of exception: ObjectPointer, _ api: PythonAPI) -> (frames: [Frame], omitted: Int) {
    var frames: [(frame: Frame, bytes: Range<Int>?)] = []
    var next = api.pointee.PyException_GetTraceback(exception)
    while let entry = next {
      defer { api.pointee.Py_DecRef(entry) }
      if let frame = frame(of: entry, api) { frames.append(frame) }
      next = api.attribute(entry, "tb_next")
      if next == api.none {
        api.pointee.Py_DecRef(next)
        next = nil
      }
    }
    let omitted = max(0, frames.count - mostFrames)
    if omitted > 0 { frames.removeSubrange(mostFrames / 2..<mostFrames / 2 + omitted) }
    let shown = frames.map { frame, bytes in
      let (source, columns) = sourceLine(frame.file, frame.line, bytes, api)
      return Frame(file: frame.file, line: frame.line, function: frame.function, source: source, columns: columns)
    }
    return (shown, omitted)
  }

  /// The frame, and which bytes of its line were at work.
  private static func frame(of entry: ObjectPointer, _ api: PythonAPI) -> (Frame, Range<Int>?)? {
    guard let line = api.intAttribute(entry, "tb_lineno"), let frame = api.attribute(entry, "tb_frame") else {
      return nil
    }
    defer { api.pointee.Py_DecRef(frame) }
    guard let code = api.attribute(frame, "f_code") else { return nil }
    defer { api.pointee.Py_DecRef(code) }
    let found = Frame(
      file: api.textAttribute(code, "co_filename", limit: TextLimit.path) ?? "?", line: line,
      function: api.textAttribute(code, "co_qualname", limit: TextLimit.name) ?? "?", source: nil)
    return (found, api.intAttribute(entry, "tb_lasti").flatMap { bytes(at: $0, of: code, onLine: line, api) })
  }

  /// What of a line an instruction was made of, if that is on one line.
  private static func bytes(
    at instruction: Int, of code: ObjectPointer, onLine line: Int, _ api: PythonAPI
  ) -> Range<Int>? {
    var (firstLine, first, lastLine, last): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
    guard let offset = Int32(exactly: instruction),
      api.pointee.PyCode_Addr2Location(code, offset, &firstLine, &first, &lastLine, &last) != 0,
      Int(firstLine) == line, lastLine == firstLine, first >= 0, first < last
    else { return nil }
    return Int(first)..<Int(last)
  }

  /// What reads lines of source, as a new reference: ours, or `linecache` where there is none. Both also know the text of
  /// sources that are in no file.
  private static func lineReader(_ api: PythonAPI) -> ObjectPointer? {
    let functions = api.pointee
    defer { functions.PyErr_Clear() }
    if let interpreter = functions.PyInterpreterState_Get(),
      let names = functions.PyInterpreterState_GetDict(interpreter),
      let state = (functions.PyThreadState_GetUnchecked ?? functions._PyThreadState_UncheckedGet)?(),
      let key = functions.PyUnicode_InternFromString(InterpreterState.lineReader(of: state, api))
    {
      defer { functions.Py_DecRef(key) }
      if let found = functions.PyDict_GetItemWithError(names, key) {
        functions.Py_IncRef(found)
        return found
      }
    }
    guard let module = functions.PyImport_ImportModule("linecache") else { return nil }
    defer { functions.Py_DecRef(module) }
    return api.attribute(module, "getline")
  }

  /// The text of a line, and which of its characters some bytes are.
  private static func sourceLine(
    _ file: String, _ line: Int, _ bytes: Range<Int>?, _ api: PythonAPI
  ) -> (String?, columns: Range<Int>?) {
    let functions = api.pointee
    guard let read = lineReader(api) else { return (nil, nil) }
    defer { functions.Py_DecRef(read) }
    guard let name = functions.PyUnicode_FromStringAndSize(file, file.utf8.count),
      let number = functions.PyLong_FromLongLong(Int64(line))
    else {
      functions.PyErr_Clear()
      return (nil, nil)
    }
    var arguments: [ObjectPointer?] = [name, number]
    defer { for argument in arguments { functions.Py_DecRef(argument) } }
    guard let found = functions.PyObject_Vectorcall(read, &arguments, 2, nil) else {
      functions.PyErr_Clear()
      return (nil, nil)
    }
    defer { functions.Py_DecRef(found) }
    // Shortened only then: a line may begin with any number of spaces.
    guard let strip = api.attribute(found, "strip") else { return (nil, nil) }
    defer { functions.Py_DecRef(strip) }
    guard let stripped = functions.PyObject_Vectorcall(strip, nil, 0, nil) else {
      functions.PyErr_Clear()
      return (nil, nil)
    }
    defer { functions.Py_DecRef(stripped) }
    let line = api.text(stripped, limit: TextLimit.sourceLine) ?? ""
    if line.isEmpty { return (nil, nil) }
    let columns = bytes.flatMap { bytes in
      api.text(found, limit: TextLimit.sourceLine).flatMap { characters(bytes, of: $0, shownAs: line) }
    }
    return (line, columns)
  }

  /// - Parameters:
  ///   - whole: the line with its indentation.
  ///   - shown: without.
  private static func characters(_ bytes: Range<Int>, of whole: String, shownAs shown: String) -> Range<Int>? {
    let indentation = whole.utf8.prefix { $0 == 32 || (9...13).contains($0) }.count
    guard bytes.lowerBound >= indentation, bytes.upperBound <= whole.utf8.count else { return nil }
    let utf8 = whole.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: indentation)
    let first = utf8.index(utf8.startIndex, offsetBy: bytes.lowerBound)
    let last = utf8.index(utf8.startIndex, offsetBy: bytes.upperBound)
    let columns = whole[start..<first].count..<whole[start..<last].count
    // A long line is shown without its end.
    return columns.upperBound > shown.count || columns.count == shown.count || columns.isEmpty ? nil : columns
  }
}
