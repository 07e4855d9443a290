public import Datasets
public import ModelStealing
import Networks

extension ZeroShotAttack.Evaluation {
  /// Accuracy against steps, for the metrics: the student's share of right test pictures after every
  /// epoch, `test_accuracy`.
  ///
  /// - Parameter test: Test pictures, of which up to 2,000 are drawn, the same for every run.
  /// - Returns: The evaluation.
  /// - Throws: `DatasetError` if there is none.
  public static func accuracy(on test: ImageSet) throws -> ZeroShotAttack.Evaluation {
    var random = KeyedRandom("zero-shot evaluation")
    let some = try test.subset(random.permutation(of: test.count).prefix(2_000))
    return ZeroShotAttack.Evaluation(["test_accuracy"]) { student in
      ["test_accuracy": try student.accuracy(on: some)]
    }
  }
}
