import CPythonABI

/// The arguments of a call that is checked before it is passed on, so that what is checked is what is passed on.
///
/// The tuple and the dictionary of the call are made when it is passed on and not before: until then no code, not even with
/// the help of `gc`, gets at what is in them.
struct CallArguments: ~Copyable {
  private let api: PythonAPI
  /// Owned; the originals belong to the caller, who may still look at them.
  private var positional: [ObjectPointer] = []
  private var keywords: [Keyword] = []

  /// An argument that is given by name; both are owned, and the name is a `str` and nothing more.
  private struct Keyword {
    let text: String
    let name: ObjectPointer
    var value: ObjectPointer
  }

  private init(_ api: PythonAPI) { self.api = api }

  /// Nil, with an exception set, for a keyword that is not simply a `str`: CPython compares the text, and others ask the
  /// object.
  static func copy(_ arguments: ObjectPointer, _ keywords: ObjectPointer?, _ api: PythonAPI) -> CallArguments? {
    var call = CallArguments(api)
    for place in 0..<api.pointee.PyTuple_Size(arguments) {
      guard let item = api.pointee.PyTuple_GetItem(arguments, place) else { return nil }
      api.pointee.Py_IncRef(item)
      call.positional.append(item)
    }
    guard let keywords else { return call }
    var next = 0
    var name: ObjectPointer?
    var value: ObjectPointer?
    while api.pointee.PyDict_Next(keywords, &next, &name, &value) != 0, let name, let value {
      guard name.pointee.ob_type == api.pointee.PyUnicode_Type, let text = api.text(name) else {
        api.pointee.PyErr_SetString(
          api.pointee.PyExc_TypeError.pointee, "the keywords of this function must be str, and no subclass of it")
        return nil
      }
      api.pointee.Py_IncRef(name)
      api.pointee.Py_IncRef(value)
      call.keywords.append(Keyword(text: text, name: name, value: value))
    }
    return call
  }

  deinit {
    for object in positional { api.pointee.Py_DecRef(object) }
    for keyword in keywords {
      api.pointee.Py_DecRef(keyword.name)
      api.pointee.Py_DecRef(keyword.value)
    }
  }

  /// Borrowed; nil for one that is not given.
  ///
  /// - Parameter place: nil for a parameter that is given by name only.
  func argument(_ place: Int?, _ keyword: String) -> ObjectPointer? {
    if let place, place < positional.count { return positional[place] }
    return keywords.first { $0.text == keyword }?.value
  }

  /// Puts another object, which is consumed, in the place of an argument that is given; false when it is nil.
  mutating func replace(_ place: Int?, _ keyword: String, with object: ObjectPointer?) -> Bool {
    guard let object else { return false }
    let old: ObjectPointer
    if let place, place < positional.count {
      old = positional[place]
      positional[place] = object
    } else if let index = keywords.firstIndex(where: { $0.text == keyword }) {
      old = keywords[index].value
      keywords[index].value = object
    } else {
      old = object
    }
    api.pointee.Py_DecRef(old)
    return true
  }

  /// Makes a plain value of an argument, once; `None` and what is not given stay. False with an exception set.
  mutating func replace(
    _ place: Int?, _ keyword: String, by convert: (ObjectPointer) -> ObjectPointer?
  ) -> Bool {
    guard let argument = argument(place, keyword), argument != api.none else { return true }
    return replace(place, keyword, with: convert(argument))
  }

  /// Makes plain values of all arguments but some. False with an exception set.
  mutating func replaceAll(
    but parameters: [Int: String], by convert: (ObjectPointer) -> ObjectPointer?
  ) -> Bool {
    for place in positional.indices where parameters[place] == nil {
      guard replace(place, "", by: convert) else { return false }
    }
    for keyword in keywords.map(\.text) where !parameters.values.contains(keyword) {
      guard replace(nil, keyword, by: convert) else { return false }
    }
    return true
  }

  /// Some of the arguments in one tuple, which the caller keeps; `None` for those that are not given.
  func tuple(of parameters: [(place: Int?, keyword: String)]) -> ObjectPointer? {
    tuple(parameters.map { argument($0.place, $0.keyword) ?? api.none })
  }

  private func tuple(_ items: [ObjectPointer]) -> ObjectPointer? {
    guard let tuple = api.pointee.PyTuple_New(items.count) else { return nil }
    for (index, item) in items.enumerated() {
      api.pointee.Py_IncRef(item)
      _ = api.pointee.PyTuple_SetItem(tuple, index, item)
    }
    return tuple
  }

  /// Calls with a tuple and a dictionary; nil, with an exception set, when there is no memory for them.
  private func pass<Result>(_ body: (ObjectPointer, ObjectPointer?) -> Result) -> Result? {
    guard let arguments = tuple(positional) else { return nil }
    defer { api.pointee.Py_DecRef(arguments) }
    guard !keywords.isEmpty else { return body(arguments, nil) }
    guard let named = api.pointee.PyDict_New() else { return nil }
    defer { api.pointee.Py_DecRef(named) }
    for keyword in keywords where api.pointee.PyDict_SetItem(named, keyword.name, keyword.value) != 0 { return nil }
    return body(arguments, named)
  }

  /// A new reference to what the function gives, or nil with an exception set.
  func make(_ function: ObjectPointer) -> ObjectPointer? {
    pass { api.pointee.PyObject_Call(function, $0, $1) } ?? nil
  }

  /// The call of an initialiser of a C type: 0, or -1 with an exception set.
  func initialize(_ object: ObjectPointer, with original: initproc) -> Int32 { pass { original(object, $0, $1) } ?? -1 }

  /// The call of a C type that makes an object.
  func make(_ type: OpaquePointer, with original: newfunc) -> ObjectPointer? { pass { original(type, $0, $1) } ?? nil }
}
