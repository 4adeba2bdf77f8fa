import Foundation
import HostSupport

#if Server
  import TOMLKit
#endif

/// A value of a setting, as text.
enum SettingValue: Decodable {
  case single(String)
  case list([String])

  init(from decoder: any Decoder) throws {
    if var items = try? decoder.unkeyedContainer() {
      var texts: [String] = []
      while !items.isAtEnd { texts.append(try items.decode(SettingText.self).text) }
      self = .list(texts)
    } else {
      self = .single(try SettingText(from: decoder).text)
    }
  }
}

/// A text, a number, true or false, as the command line would have it.
private struct SettingText: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let value = try? value.decode(Bool.self) {
      text = "\(value)"
    } else if let value = try? value.decode(Int.self) {
      text = "\(value)"
    } else if let value = try? value.decode(Double.self) {
      text = "\(value)"
    } else {
      text = try value.decode(String.self)
    }
  }
}

/// A file of settings, in JSON or TOML.
enum SettingsFile {
  private static let most = 1 << 20

  /// Reads one.
  ///
  /// - Throws: `CommandError`.
  static func read(_ file: String) throws -> [String: SettingValue] {
    let text: String
    do { text = try FileText.read(file, atMost: most) } catch {
      throw CommandError("The file of settings \(file) \(error).")
    }
    let isJSON = text.first { !$0.isWhitespace } == "{"
    do {
      return isJSON
        ? try JSONDecoder().decode([String: SettingValue].self, from: Data(text.utf8)) : try toml(text, file)
    } catch let error as DecodingError {
      throw CommandError("The file of settings \(file) cannot be taken: \(reason(error).cut(to: TextLimit.message))")
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .dataCorrupted(let context):
      let cause = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey]
      return cause.map { "\($0)" } ?? context.debugDescription
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      return place.isEmpty
        ? "it is no table of settings; write port = 8815, or {\"port\": 8815} in JSON"
        : "\(place) is no text, number, true, false, or list of these"
    @unknown default: return "\(error)"
    }
  }

  private static func toml(_ text: String, _ file: String) throws -> [String: SettingValue] {
    #if Server
      do {
        return try TOMLDecoder().decode([String: SettingValue].self, from: text)
      } catch let error as TOMLParseError {
        let place = error.source.begin
        throw CommandError("\(file):\(place.line):\(place.column): \(error.description)")
      }
    #else
      throw CommandError(
        "\(file) is no JSON, and this build of clutch reads no TOML; write it in JSON: {\"port\": 8815}")
    #endif
  }
}
