package import CArrowABI
import Synchronization

/// Makes C schemas and arrays as another library would, and counts what is released.
package final class ForeignProducer: Sendable {
  private let made = Atomic<Int>(0)
  private let released = Atomic<Int>(0)
  private let misalignment: Int

  /// Buffers start that many bytes after an aligned address.
  package init(misalignment: Int = 0) { self.misalignment = misalignment }

  /// The structs whose owner has not released them.
  package var alive: Int {
    made.load(ordering: .sequentiallyConsistent) - released.load(ordering: .sequentiallyConsistent)
  }
  package var releaseCount: Int { released.load(ordering: .sequentiallyConsistent) }

  package func array(_ source: ExchangeArray) -> ArrowArray {
    let children = source.children.map { pointer(to: array($0)) }
    let dictionary = source.dictionary.map { pointer(to: array($0.value)) }
    let memory = source.buffers.map { $0.map { self.memory(Hexadecimal.bytes($0)) } }
    let buffers = list(memory.map { $0.map { UnsafeRawPointer($0.address) } })
    let childList = list(children.map { Optional($0) })
    let node = ForeignNode(self) {
      for array in children + [dictionary].compactMap({ $0 }) {
        array.pointee.release?(array)
        array.deallocate()
      }
      for area in memory { area?.area.deallocate() }
      buffers.deallocate()
      childList.deallocate()
    }
    return ArrowArray(
      length: source.length, null_count: source.nullCount, offset: source.offset, n_buffers: Int64(memory.count),
      n_children: Int64(children.count), buffers: buffers, children: childList, dictionary: dictionary,
      release: { array in
        array.pointee.release = nil
        ForeignNode.release(array.pointee.private_data)
      }, private_data: Unmanaged.passRetained(node).toOpaque())
  }

  package func schema(_ source: ExchangeSchema) -> ArrowSchema {
    let children = source.children.map { pointer(to: schema($0)) }
    let dictionary = source.dictionary.map { pointer(to: schema($0.value)) }
    let texts = [Array(source.format.utf8) + [0], Array(source.name.utf8) + [0]].map { memory($0) }
    let metadata = source.metadata.map { memory(Hexadecimal.bytes($0)) }
    let childList = list(children.map { Optional($0) })
    let node = ForeignNode(self) {
      for schema in children + [dictionary].compactMap({ $0 }) {
        schema.pointee.release?(schema)
        schema.deallocate()
      }
      for area in texts + [metadata].compactMap({ $0 }) { area.area.deallocate() }
      childList.deallocate()
    }
    return ArrowSchema(
      format: texts[0].address.assumingMemoryBound(to: CChar.self),
      name: texts[1].address.assumingMemoryBound(to: CChar.self),
      metadata: metadata?.address.assumingMemoryBound(to: CChar.self), flags: source.flags,
      n_children: Int64(children.count), children: childList, dictionary: dictionary,
      release: { schema in
        schema.pointee.release = nil
        ForeignNode.release(schema.pointee.private_data)
      }, private_data: Unmanaged.passRetained(node).toOpaque())
  }

  private func pointer<Struct>(to value: Struct) -> UnsafeMutablePointer<Struct> {
    let pointer = UnsafeMutablePointer<Struct>.allocate(capacity: 1)
    pointer.initialize(to: value)
    return pointer
  }

  private func list<Element>(_ elements: [Element?]) -> UnsafeMutablePointer<Element?> {
    let list = UnsafeMutablePointer<Element?>.allocate(capacity: elements.count + 1)
    for (index, element) in (elements + [nil]).enumerated() { (list + index).initialize(to: element) }
    return list
  }

  private func memory(_ bytes: [UInt8]) -> (area: UnsafeMutableRawPointer, address: UnsafeMutableRawPointer) {
    let area = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count) + misalignment, alignment: 64)
    bytes.withUnsafeBytes { source in
      if let start = source.baseAddress { (area + misalignment).copyMemory(from: start, byteCount: source.count) }
    }
    return (area, area + misalignment)
  }

  fileprivate func add() { made.add(1, ordering: .sequentiallyConsistent) }
  fileprivate func remove() { released.add(1, ordering: .sequentiallyConsistent) }
}

/// What a foreign struct points at.
private final class ForeignNode {
  private let producer: ForeignProducer
  private let free: () -> Void

  init(_ producer: ForeignProducer, free: @escaping () -> Void) {
    self.producer = producer
    self.free = free
    producer.add()
  }

  static func release(_ data: UnsafeMutableRawPointer?) {
    guard let data else { return }
    let node = Unmanaged<ForeignNode>.fromOpaque(data).takeRetainedValue()
    node.free()
    node.producer.remove()
  }
}
