import HostSupport
import Functions
import CPythonABI
import Columnar
import PythonRuntime

/// A list, tuple or any other sequence but text and bytes.
struct ListWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private let element: UDFType
  private let elements: AnyResultWriter
  private var builder: LargeListBuilder

  init(_ conversion: Conversion, _ element: UDFType, rows: Int) throws {
    let elements = try conversion.nestedWriter(element, rows: rows)
    (self.element, self.elements) = (element, elements)
    api = conversion.api
    builder = LargeListBuilder(reach: conversion.reach)
    builder.reserveCapacity(rows)
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    // A subclass may have a length and items of its own.
    let type = object.pointee.ob_type
    guard type != api.pointee.PyList_Type, type != api.pointee.PyTuple_Type else { return try appendItems(of: object) }
    guard api.isSequence(object), let list = api.pointee.PySequence_List(object) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(list) }
    try appendItems(of: list)
  }

  private mutating func appendItems(of list: ObjectPointer) throws(ResultProblem) {
    let start = builder.elementCount
    let size = try api.size(of: list)
    var count = 0
    do throws(ResultProblem) {
      // Asked each time, because converting an item may run code that empties the list; one that lets it grow would
      // never come to an end.
      while count < min(size, try api.size(of: list)) {
        guard let item = api.item(count, of: list) else { throw api.pendingProblem() }
        defer { api.pointee.Py_DecRef(item) }
        do throws(ResultProblem) { try elements.append(item) } catch {
          throw api.part("element \(count)", item, element, error)
        }
        count += 1
      }
      do throws(ColumnError) { try builder.append(elementCount: count) } catch { throw .column(error) }
    } catch {
      elements.truncate(start)
      throw error
    }
  }

  mutating func appendNull() { builder.appendNull() }

  mutating func truncate(to count: Int) {
    builder.truncate(to: count)
    elements.truncate(builder.elementCount)
  }

  consuming func finish() throws(ColumnError) -> Column {
    let column = try elements.finish()
    var field = element.field(named: "item")
    field.type = column.type
    return try builder.finish(elements: column, field: field)
  }
}

/// A dictionary.
struct MapWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private let key: UDFType
  private let value: UDFType
  private let keys: AnyResultWriter
  private let values: AnyResultWriter
  private var builder: LargeListBuilder

  init(_ conversion: Conversion, key: UDFType, value: UDFType, rows: Int) throws {
    let keys = try conversion.nestedWriter(key, rows: rows)
    let values = try conversion.nestedWriter(value, rows: rows)
    (self.key, self.value, self.keys, self.values) = (key, value, keys, values)
    api = conversion.api
    builder = LargeListBuilder(reach: conversion.reach)
    builder.reserveCapacity(rows)
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    guard api.isInstance(object, of: api.pointee.PyDict_Type) else { throw .wrongType }
    // A copy: converting an item may run code that changes the dictionary.
    guard let items = api.pointee.PyDict_Items(object) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(items) }
    let start = builder.elementCount
    let count = api.pointee.PyObject_Size(items)
    do throws(ResultProblem) {
      for index in 0..<count { try appendEntry(index, of: items) }
      do throws(ColumnError) { try builder.append(elementCount: count) } catch { throw .column(error) }
    } catch {
      keys.truncate(start)
      values.truncate(start)
      throw error
    }
  }

  private func appendEntry(_ index: Int, of items: ObjectPointer) throws(ResultProblem) {
    guard let item = api.item(index, of: items) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(item) }
    guard let keyObject = api.pointee.PySequence_GetItem(item, 0) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(keyObject) }
    guard let valueObject = api.pointee.PySequence_GetItem(item, 1) else { throw api.pendingProblem() }
    defer { api.pointee.Py_DecRef(valueObject) }
    do throws(ResultProblem) {
      guard keyObject != api.none else { throw .outOfRange("a map: no key can be null") }
      try keys.append(keyObject)
    } catch { throw api.part("a key", keyObject, key, error) }
    do throws(ResultProblem) { try values.append(valueObject) } catch {
      throw api.part("the value of \(api.shortRepresentation(keyObject))", valueObject, value, error)
    }
  }

  mutating func appendNull() { builder.appendNull() }

  mutating func truncate(to count: Int) {
    builder.truncate(to: count)
    keys.truncate(builder.elementCount)
    values.truncate(builder.elementCount)
  }

  consuming func finish() throws(ColumnError) -> Column {
    let (keyColumn, valueColumn) = (try keys.finish(), try values.finish())
    var (keyField, valueField) = (key.keyField, value.field(named: "value"))
    keyField.type = keyColumn.type
    valueField.type = valueColumn.type
    return try builder.finishMap(keys: keyColumn, values: valueColumn, keyField: keyField, valueField: valueField)
  }
}

/// An object of the struct's class, a dictionary, a tuple of as many values, or any object with these attributes.
struct StructWriter: ResultWriter, ~Copyable {
  private let api: PythonAPI
  private let fields: [UDFType.Structure.Field]
  private let names: [ObjectPointer]
  private let writers: [AnyResultWriter]
  /// The places of the fields that are written, in this order; what the others hold is not looked at.
  private let wanted: [Int]
  private var builder: StructBuilder

  init(_ conversion: Conversion, _ structure: UDFType.Structure, rows: Int, wanted: [Int]? = nil) throws {
    let wanted = wanted ?? Array(structure.fields.indices)
    self.wanted = wanted
    let names = try structure.fields.map { try conversion.name($0.name) }
    let writers = try wanted.map { try conversion.nestedWriter(structure.fields[$0].type, rows: rows) }
    (fields, self.names, self.writers) = (structure.fields, names, writers)
    api = conversion.api
    builder = StructBuilder()
  }

  mutating func append(_ object: ObjectPointer) throws(ResultProblem) {
    let row = builder.count
    let isDictionary = api.isInstance(object, of: api.pointee.PyDict_Type)
    let isTuple = api.isInstance(object, of: api.pointee.PyTuple_Type)
    if isTuple {
      let count = try api.size(of: object)
      guard count == fields.count else {
        throw .outOfRange("the struct: it has \(count) value\(count == 1 ? "" : "s") for \(fields.count) fields")
      }
    }
    for (place, index) in wanted.enumerated() {
      do throws(ResultProblem) {
        let value = try fieldValue(index, of: object, isDictionary: isDictionary, isTuple: isTuple)
        defer { api.pointee.Py_DecRef(value) }
        do throws(ResultProblem) { try writers[place].append(value) } catch {
          throw api.part("field '\(fields[index].name.cut(to: TextLimit.name))'", value, fields[index].type, error)
        }
      } catch {
        for writer in writers { writer.truncate(row) }
        throw error
      }
    }
    builder.append()
  }

  /// A new reference.
  private func fieldValue(
    _ index: Int, of object: ObjectPointer, isDictionary: Bool, isTuple: Bool
  ) throws(ResultProblem) -> ObjectPointer {
    if isDictionary {
      if let value = api.pointee.PyDict_GetItemWithError(object, names[index]) {
        api.pointee.Py_IncRef(value)
        return value
      }
      if fields[index].mayBeMissing, api.pointee.PyErr_Occurred() == nil {
        api.pointee.Py_IncRef(api.none)
        return api.none
      }
    } else if isTuple {
      if let value = api.pointee.PySequence_GetItem(object, index) { return value }
    } else if let value = api.pointee.PyObject_GetAttr(object, names[index]) {
      return value
    }
    // An attribute may raise anything; that there is none is for the struct to say.
    if case .exception(let error, let isFatal) = api.pendingProblem(),
      error.typeName != "AttributeError" || !error.traceback.isEmpty
    {
      throw .exception(error, isFatal: isFatal)
    }
    throw isDictionary
      ? .outOfRange("the struct: it has no field '\(fields[index].name.cut(to: TextLimit.name))'") : .wrongType
  }

  mutating func appendNull() {
    for writer in writers { writer.appendNull() }
    builder.appendNull()
  }

  mutating func truncate(to count: Int) {
    for writer in writers { writer.truncate(count) }
    builder.truncate(to: count)
  }

  consuming func finish() throws(ColumnError) -> Column {
    var columns: [Column] = []
    var described: [Field] = []
    for (field, writer) in zip(wanted.map({ fields[$0] }), writers) {
      let column = try writer.finish()
      var description = field.type.field(named: field.name)
      description.type = column.type
      columns.append(column)
      described.append(description)
    }
    return try builder.finish(fields: described, columns: columns)
  }
}

extension UnsafePointer<PythonFunctions> {
  /// A new reference to an item, which must be there; nil with an exception pending.
  @inline(__always)
  fileprivate func item(_ index: Int, of list: ObjectPointer) -> ObjectPointer? {
    guard list.pointee.ob_type == pointee.PyList_Type,
      let items = UnsafeMutableRawPointer(list).assumingMemoryBound(to: PyListObject.self).pointee.ob_item,
      let item = items[index]
    else { return pointee.PySequence_GetItem(list, index) }
    pointee.Py_IncRef(item)
    return item
  }

  /// Texts and bytes are sequences, but nobody means a list of their parts.
  fileprivate func isSequence(_ object: ObjectPointer) -> Bool {
    pointee.PySequence_Check(object) != 0 && !isInstance(object, of: pointee.PyUnicode_Type)
      && !isInstance(object, of: pointee.PyBytes_Type) && !isInstance(object, of: pointee.PyByteArray_Type)
      && !isInstance(object, of: pointee.PyMemoryView_Type) && !isInstance(object, of: pointee.PyDict_Type)
  }

  /// A problem of a part, with the part shown as it is now.
  fileprivate func part(
    _ name: String, _ object: ObjectPointer, _ type: UDFType, _ problem: ResultProblem
  ) -> ResultProblem {
    .part(
      name, shown: "\(shortRepresentation(object)) of type \(typeName(object))", expected: type.expected, problem)
  }
}
