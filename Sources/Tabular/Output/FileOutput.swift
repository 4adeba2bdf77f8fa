/// A file that appears, whole, when it is committed, and not at all if it never is.
///
/// The content goes to a temporary file beside the target, which takes the target's place in one
/// step. Until then an existing file keeps its content. The new file has the permissions of the file
/// it replaces, or those of any newly created file. A target that is not a regular file, such as a
/// terminal or a named pipe, is written to directly.
public final class FileOutput {
  /// Where to write the content.
  public let sink: OutputSink

  private let descriptor: Int32
  private let target: String
  /// Where the content is until it is committed, for a process that must end without running its own clean-up.
  public let temporary: String?
  private var isOpen = true

  /// Opens the output.
  ///
  /// - Throws: when the folder does not exist or cannot be written to.
  public init(path: String) throws(OutputError) {
    // A symbolic link stays one: the file that it points to is replaced.
    let target = SystemCalls.realPath(path) ?? path
    let mode = SystemCalls.mode(of: target)
    if let mode, !SystemCalls.isRegularFile(mode) {
      temporary = nil
      descriptor = try SystemCalls.openExisting(target)
    } else {
      let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
      let suffix = String(UInt64.random(in: 0...UInt64.max), radix: 36)
      let temporary = "\(target[..<slash]).\(target[slash...].prefix(50)).\(suffix).tmp"
      descriptor = try SystemCalls.createFile(temporary, for: target)
      self.temporary = temporary
    }
    self.target = target
    sink = OutputSink(descriptor: descriptor, name: target)
    if let mode, temporary != nil { try SystemCalls.setPermissions(mode, of: descriptor, target) }
  }

  deinit { discard() }

  /// Writes the rest and puts the file in its place. After an error there is no trace of it.
  public func commit() throws(OutputError) {
    guard isOpen else { return }
    do throws(OutputError) {
      try sink.flush()
      isOpen = false
      try SystemCalls.closeFile(descriptor, target)
      if let temporary { try SystemCalls.moveFile(temporary, to: target) }
    } catch {
      if let temporary { SystemCalls.removeFile(temporary) }
      throw error
    }
  }

  /// Drops what was written. Does nothing after a commit.
  public func discard() {
    guard isOpen else { return }
    isOpen = false
    try? SystemCalls.closeFile(descriptor, target)
    if let temporary { SystemCalls.removeFile(temporary) }
  }
}

@available(*, unavailable)
extension FileOutput: Sendable {}
