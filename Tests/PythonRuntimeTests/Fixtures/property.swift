import PythonRuntime

final class Holder {
  var object: PythonObject?
}
