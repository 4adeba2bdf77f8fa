#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// One entry of a policy's list of network addresses: `host:port`, `*.domain:port`, `[::1]:port`, `unix:path`.
struct HostPattern {
  private enum Host {
    case any
    case name(String)
    /// Any host below a domain; the text begins with a dot.
    case below(String)
    case file(String)
  }

  private let host: Host
  private let port: Int?

  /// Nil for a text that is no pattern.
  init?(_ text: String) {
    if text.hasPrefix("unix:") {
      guard text.utf8.count > 5 else { return nil }
      host = .file(String(text.dropFirst(5)))
      port = nil
      return
    }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let portText = text[text.index(after: colon)...]
    if portText == "*" {
      port = nil
    } else {
      guard let number = Int(portText), (0...65_535).contains(number) else { return nil }
      port = number
    }
    var name = text[..<colon].lowercased()
    if name.hasPrefix("["), name.hasSuffix("]") {
      name = String(name.dropFirst().dropLast())
    } else if name.contains(":") {
      return nil
    }
    if name == "*" {
      host = .any
    } else if name.hasPrefix("*.") {
      host = .below(String(name.dropFirst()))
    } else if name.isEmpty || name.contains("*") || name.contains("/") {
      return nil
    } else {
      host = .name(name)
    }
  }

  func matches(host name: String, port number: Int) -> Bool { matches(port: number) && matches(host: name) }

  func matches(port number: Int) -> Bool { port == nil || port == number }

  func matches(host name: String) -> Bool {
    let name = name.lowercased()
    return switch host {
    case .any: true
    case .name(let known): name == known || name == known + "."
    case .below(let domain): name.hasSuffix(domain) || name.hasSuffix(domain + ".")
    case .file: false
    }
  }

  func matches(file: String) -> Bool { if case .file(let known) = host { known == file } else { false } }

  /// The host, if it is one that can be looked up.
  var name: String? { if case .name(let name) = host { name } else { nil } }

  /// The numeric addresses of a host now; empty when it has none. Blocks for as long as the look-up takes.
  static func addresses(of host: String) -> Set<String> {
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, nil, &found) == 0 else { return [] }
    defer { freeaddrinfo(found) }
    var addresses: Set<String> = []
    var next = found
    while let entry = next?.pointee {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
        addresses.insert(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
      next = entry.ai_next
    }
    return addresses
  }
}
