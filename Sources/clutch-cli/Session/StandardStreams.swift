import Essentials

/// The descriptors 0, 1 and 2.
enum StandardStreams {
  /// Fills those that are closed with what cannot be read or written; otherwise the next file to be opened, such as a
  /// database, would be taken for standard output.
  static func fill() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest that is free, which is this one.
      _ = open("/dev/null", mode)
    }
  }
}
