/// C structs and a list of their addresses, both freed with this object. The structs are not released: a consumer may
/// have moved some of them away, and only their owner knows how.
final class ExportedList<Struct> {
  let structs: [UnsafeMutablePointer<Struct>]
  /// Nil for an empty list.
  let addresses: UnsafeMutablePointer<UnsafeMutablePointer<Struct>?>?

  /// `export` initialises the struct for each of the elements.
  init<Element>(_ elements: [Element], export: (Element, UnsafeMutablePointer<Struct>) -> Void) {
    structs = elements.map { element in
      let pointer = UnsafeMutablePointer<Struct>.allocate(capacity: 1)
      export(element, pointer)
      return pointer
    }
    guard !structs.isEmpty else {
      addresses = nil
      return
    }
    let list = UnsafeMutablePointer<UnsafeMutablePointer<Struct>?>.allocate(capacity: structs.count)
    for (index, pointer) in structs.enumerated() { (list + index).initialize(to: pointer) }
    addresses = list
  }

  deinit {
    for pointer in structs { pointer.deallocate() }
    addresses?.deallocate()
  }
}
