public import Columnar

/// What a reader of IPC messages accepts.
///
/// Lengths in a message are what its sender says. Nothing is reserved for them before they are found to be within these
/// limits; a message beyond one of them is `limitExceeded`.
public struct IPCReadOptions: Sendable, Hashable {
  /// The most bytes of a message's metadata, or of the footer of a file.
  public var maxMetadataBytes: Int
  /// The most bytes of a message's body, as it is sent.
  public var maxBodyBytes: Int
  /// The most bytes that the buffers of one compressed message may become.
  public var maxDecompressedBytes: Int
  /// The most bytes that all dictionaries of a stream or file may take at one time.
  public var maxDictionaryBytes: Int
  /// The most rows of a batch, of a dictionary, or of the elements of lists. It counts for types whose rows take no
  /// memory, such as `null`.
  public var maxRows: Int
  /// How deep types may be nested; at most 256 is taken.
  public var maxNesting: Int
  /// How closely the columns are checked. Anything but `.full` is for senders that are trusted: reading a column that
  /// was not checked may trap.
  public var validation: ValidationLevel

  /// Creates options. The defaults are meant for senders that nobody knows: 16 MiB of metadata, 2 GiB of body and
  /// decompressed, 256 MiB of dictionaries, 2,147,483,647 rows, 64 levels, full validation.
  public init(
    maxMetadataBytes: Int = 16 << 20, maxBodyBytes: Int = 2 << 30, maxDecompressedBytes: Int = 2 << 30,
    maxDictionaryBytes: Int = 256 << 20, maxRows: Int = Int(Int32.max), maxNesting: Int = 64,
    validation: ValidationLevel = .full
  ) {
    self.maxMetadataBytes = maxMetadataBytes
    self.maxBodyBytes = maxBodyBytes
    self.maxDecompressedBytes = maxDecompressedBytes
    self.maxDictionaryBytes = maxDictionaryBytes
    self.maxRows = maxRows
    self.maxNesting = maxNesting
    self.validation = validation
  }
}

extension IPCReadOptions {
  /// The depth that recursion over types is safe for, whatever was asked for.
  var nestingLimit: Int { min(maxNesting, 256) }

  /// Throws `limitExceeded` when `what` is larger than its limit, which `option` names.
  static func require(
    _ amount: Int, atMost limit: Int, _ what: @autoclosure () -> String, _ option: StaticString
  ) throws(IPCError) {
    guard amount > limit else { return }
    throw IPCError(
      code: .limitExceeded,
      message: "\(what()), and \(limit) is the most that is accepted; send less at once, or raise \(option)")
  }
}
