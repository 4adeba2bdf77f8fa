/// Runs something that blocks, on a thread made for it: the threads of a shared pool are too few for that.
package func onThreadOfItsOwn<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
{
  let thread = try DedicatedThread(name: "waiter")
  defer { thread.stop() }
  return try await thread.perform(body)
}
