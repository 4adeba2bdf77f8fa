import FlightService

/// What a server is started with, from the command line.
struct ServerSettings {
  let files: [String]
  let address: AddressOptions
  let limits: LoadLimitOptions
  let loading: LoadOptions
  /// What every caller gets.
  let needs: CallerNeeds
  /// Where metrics are served; nil for nowhere.
  let metricsPort: Int?
  /// Whether files are loaded anew when they change.
  let watchesFiles: Bool
  /// Whether a new version of a file may lack functions, or have them with other types.
  let allowsSignatureChanges: Bool
}
