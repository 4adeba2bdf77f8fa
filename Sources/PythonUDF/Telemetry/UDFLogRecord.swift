public import Logging

/// One message of a UDF.
public struct UDFLogRecord: Sendable, Hashable {
  /// What the message was written with.
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    /// `print`, and whatever else is written to `sys.stdout`; one message per line.
    case output
    /// Whatever is written to `sys.stderr`; one message per line.
    case errorOutput
    /// Python's `logging`, with a handler that writes to one of these streams.
    case logging
    /// Python's `warnings`.
    case warnings
    /// The policy, which has denied something.
    case policy
    /// Clutch itself, which tells of the function.
    case clutch
  }

  /// How grave it is: that of `logging`; `info` for `print`, `notice` for `sys.stderr`, `warning` for warnings and
  /// denials.
  public let level: Logger.Level
  /// The text, without a line break at its end. Of a message of `logging` or `warnings` at most 65,536 characters; a
  /// longer line of a standard stream comes in several messages.
  public let message: String
  /// What it was written with.
  public let origin: Origin
  /// The UDF file, or what the source is called otherwise.
  public let source: String
  /// The function that ran; nil while the file was loaded, and between calls.
  public let function: String?
  /// The row that was under way, counted from 0 in its batch; nil before the first.
  public let row: Int?
  /// The name of the Python logger; nil for what came another way.
  public let loggerName: String?
}

extension UDFLogRecord {
  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = ["udf.source": "\(source)", "udf.origin": "\(origin.rawValue)"]
    if let function { metadata["udf.function"] = "\(function)" }
    if let row { metadata["udf.row"] = "\(row)" }
    if let loggerName { metadata["udf.logger"] = "\(loggerName)" }
    return metadata
  }
}
