#if Server
  import Essentials

  /// Reads the small files that tokens, certificates and keys are in.
  enum SecretFile {
    private static let limit = 1 << 20

    /// - Parameter isPrivate: Whether a file that any user of the machine may read is refused. The group may read it, as
    ///   services that share a group with whoever writes the file do.
    static func read(_ path: String, of what: String, isPrivate: Bool) throws(SecurityError) -> [UInt8] {
      guard let file = fopen(path, "re") else { throw unreadable(path, what) }
      defer { fclose(file) }
      var status = stat()
      // Asked of the open file, so that it is this file that is judged.
      guard fstat(fileno(file), &status) == 0 else { throw unreadable(path, what) }
      if isPrivate, status.st_mode & 0o007 != 0 {
        let mode = String(status.st_mode & 0o777, radix: 8)
        throw SecurityError(
          code: .readableByOthers,
          message:
            "\(what) \(path) has the mode \(mode), so that every user of this machine may use it: chmod 600 \(path)")
      }
      var bytes = [UInt8](repeating: 0, count: limit + 1)
      let count = fread(&bytes, 1, bytes.count, file)
      guard ferror(file) == 0 else { throw unreadable(path, what) }
      guard count <= limit else {
        throw SecurityError(
          code: .invalid, message: "\(what) \(path) is larger than \(limit) bytes: is it the right file?")
      }
      return Array(bytes.prefix(count))
    }

    /// Who may do what with a file; nil if it cannot be looked at.
    static func mode(_ path: String) -> mode_t? {
      var status = stat()
      return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    private static func unreadable(_ path: String, _ what: String) -> SecurityError {
      SecurityError(code: .unreadable, message: "\(what) \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
  }
#endif
