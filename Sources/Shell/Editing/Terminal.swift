import Essentials

/// The terminal that the process is at.
enum Terminal {
  /// Whether it does what escape sequences say.
  static var canMoveCursor: Bool {
    guard let kind = ProcessInfo.processInfo.environment["TERM"] else { return false }
    return !kind.isEmpty && kind != "dumb"
  }

  /// How many cells a line of the terminal at a descriptor has; nil if it is none.
  static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Makes the C library take typed text for UTF-8, as the editors' libraries ask it.
  static func useUTF8() {
    if setlocale(LC_CTYPE, "") != nil, isUTF8 { return }
    for name in ["C.UTF-8", "en_US.UTF-8", "UTF-8"] where setlocale(LC_CTYPE, name) != nil { return }
  }

  private static var isUTF8: Bool {
    guard let name = nl_langinfo(nl_item(CODESET)) else { return false }
    return ["UTF-8", "utf8"].contains(String(cString: name))
  }
}
