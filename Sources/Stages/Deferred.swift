/// A value that is computed when it is first asked for: a run that goes on may not need it at all.
package final class Deferred<Value> {
  private let compute: () throws -> Value
  private var value: Value?

  package init(_ compute: @escaping () throws -> Value) {
    self.compute = compute
  }

  package func callAsFunction() throws -> Value {
    if let value { return value }
    let computed = try compute()
    value = computed
    return computed
  }
}
