import CPythonABI

/// The arguments of a call that is checked before it is passed on, so that what is checked is what is passed on.
struct CallArguments: ~Copyable {
  private let api: PythonAPI
  /// Both owned; the originals belong to the caller, who may still look at them.
  private var positional: ObjectPointer
  private var keywords: ObjectPointer?

  private init(positional: ObjectPointer, keywords: ObjectPointer?, _ api: PythonAPI) {
    self.positional = positional
    self.keywords = keywords
    self.api = api
  }

  /// Nil, with an exception set, when there is no memory.
  static func copy(_ arguments: ObjectPointer, _ keywords: ObjectPointer?, _ api: PythonAPI) -> CallArguments? {
    let count = api.pointee.PyTuple_Size(arguments)
    guard let positional = api.pointee.PyTuple_New(count) else { return nil }
    for place in 0..<count {
      let item = api.pointee.PyTuple_GetItem(arguments, place)
      api.pointee.Py_IncRef(item)
      _ = api.pointee.PyTuple_SetItem(positional, place, item)
    }
    let named = keywords.flatMap { api.pointee.PyDict_Copy($0) }
    if keywords != nil, named == nil {
      api.pointee.Py_DecRef(positional)
      return nil
    }
    return CallArguments(positional: positional, keywords: named, api)
  }

  deinit {
    api.pointee.Py_DecRef(positional)
    api.pointee.Py_DecRef(keywords)
  }

  /// Borrowed; nil for one that is not given.
  ///
  /// - Parameter place: nil for a parameter that is given by name only.
  func argument(_ place: Int?, _ keyword: String) -> ObjectPointer? {
    if let place, place < api.pointee.PyTuple_Size(positional) { return api.pointee.PyTuple_GetItem(positional, place) }
    return keywords.flatMap { api.pointee.PyDict_GetItemString($0, keyword) }
  }

  /// Puts another object, which is consumed, in the place of an argument that is given; false when it is nil.
  mutating func replace(_ place: Int?, _ keyword: String, with object: ObjectPointer?) -> Bool {
    guard let object else { return false }
    if let place, place < api.pointee.PyTuple_Size(positional) {
      // The copy is nobody else's yet, so it may be changed.
      return api.pointee.PyTuple_SetItem(positional, place, object) == 0
    }
    defer { api.pointee.Py_DecRef(object) }
    return keywords.map { api.pointee.PyDict_SetItemString($0, keyword, object) == 0 } ?? true
  }

  /// Makes a plain value of an argument, once; `None` and what is not given stay. False with an exception set.
  mutating func replace(
    _ place: Int?, _ keyword: String, by convert: (ObjectPointer) -> ObjectPointer?
  ) -> Bool {
    guard let argument = argument(place, keyword), argument != api.none else { return true }
    return replace(place, keyword, with: convert(argument))
  }

  /// Some of the arguments in one tuple, which the caller keeps; `None` for those that are not given.
  func tuple(of parameters: [(place: Int?, keyword: String)]) -> ObjectPointer? {
    guard let tuple = api.pointee.PyTuple_New(parameters.count) else { return nil }
    for (index, parameter) in parameters.enumerated() {
      let item = argument(parameter.place, parameter.keyword) ?? api.none
      api.pointee.Py_IncRef(item)
      _ = api.pointee.PyTuple_SetItem(tuple, index, item)
    }
    return tuple
  }

  /// A new reference to what the function gives, or nil with an exception set.
  func make(_ function: ObjectPointer) -> ObjectPointer? {
    api.pointee.PyObject_Call(function, positional, keywords)
  }

  /// The call of an initialiser of a C type: 0, or -1 with an exception set.
  func initialize(_ object: ObjectPointer, with original: initproc) -> Int32 { original(object, positional, keywords) }

  /// The call of a C type that makes an object.
  func make(_ type: OpaquePointer, with original: newfunc) -> ObjectPointer? { original(type, positional, keywords) }
}
