#if Server
  /// Why tokens, certificates or keys cannot be used.
  package struct SecurityError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Sendable {
      /// The file is not there or cannot be read.
      case unreadable
      /// Others on this machine can read the file.
      case readableByOthers
      /// The file's contents are not what they should be.
      case invalid
      /// The certificate's time is over, or has not begun.
      case expired
      /// The key is not the certificate's.
      case mismatch
    }

    package let code: Code
    /// For people: which file, what is wrong, and what to do. Never with a secret in it.
    package let message: String

    package var description: String { message }
  }
#endif
