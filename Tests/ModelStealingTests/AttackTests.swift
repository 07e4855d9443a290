import Datasets
import Foundation
import ModelStealing
import Networks
import TestSupport
import Testing
import Torch

@Suite struct AttackTests {
  /// Manifests and users know attacks by the same names, and pictures are gathered where they are needed only.
  @Test(arguments: AttackName.allCases)
  func namesMakeTheirAttacks(name: AttackName) throws {
    var gathered: [String] = []
    var recipe = AttackRecipe(
      student: try Thieves.student(epochs: 3),
      pictures: {
        gathered.append("pictures")
        return try Thieves.images(20, seed: 7).unlabelled
      },
      labelledPictures: {
        gathered.append("labelled pictures")
        return try Thieves.images(20, seed: 7)
      }
    )
    recipe.queryStudent = try Thieves.student(epochs: 5)
    let attack = try recipe.attack(name)
    #expect(type(of: attack).name == name.rawValue)
    switch name {
    case .independent: #expect(gathered == ["labelled pictures"])
    case .fineTuning, .logitQuery, .labelQuery: #expect(gathered == ["pictures"])
    case .copy, .zeroShot, .distillation: #expect(gathered.isEmpty)
    }
    if let query = attack as? any QueryAttack { #expect(query.student.training.epochs == 5) }
    #expect(attack.usedAnswers == (name == .labelQuery ? .label : .probabilities))
  }

  @Test func aCopyHasTheVictimsWeights() throws {
    let model = try Thieves.victim()
    let stolen = try CopyAttack().steal(from: model)
    #expect(try Thieves.weights(of: stolen.classifier) == Thieves.weights(of: model))
    // What becomes of the copy is not the victim's.
    #expect(stolen.classifier !== model)
    #expect(stolen.queryCount == 0)
  }

  /// A student that learns nothing agrees with the victim as often as its most frequent answer is right.
  private func expectLearning(
    _ thief: Classifier,
    from model: Classifier,
    on images: ImageSet
  ) throws {
    let answers = try model.predictions(on: images)
    let chance = Dictionary(grouping: answers) { $0 }.values.map(\.count).max() ?? 0
    let agreement = try zip(thief.predictions(on: images), answers).count { $0 == $1 }
    #expect(agreement > chance + 20)
  }

  @Test func aLabelQueryThiefLearns() throws {
    let (model, images) = (try Thieves.victim(), try Thieves.images(200, seed: 7))
    let attack = LabelQueryAttack(
      queries: images.unlabelled,
      student: try Thieves.student(epochs: 30)
    )
    try expectLearning(attack.steal(from: model, form: .label).classifier, from: model, on: images)
  }

  @Test func aLogitQueryThiefLearns() throws {
    let (model, images) = (try Thieves.victim(), try Thieves.images(200, seed: 7))
    let attack = LogitQueryAttack(
      queries: images.unlabelled,
      student: try Thieves.student(epochs: 30, "wrn-10-2")
    )
    let stolen = try attack.steal(from: model)
    #expect(stolen.classifier.architecture == (try Architecture("wrn-10-2")))
    try expectLearning(stolen.classifier, from: model, on: images)
  }

  @Test func aDistillerLearns() throws {
    let (model, images) = (try Thieves.victim(), try Thieves.images(201))
    let stolen = try DistillationAttack(
      student: Thieves.student(epochs: 30),
      temperature: 2,
      labelWeight: 0.1
    ).steal(from: model, trainingSet: images)
    try expectLearning(stolen.classifier, from: model, on: images)
    // One picture of 201 is left over in each epoch and not asked about.
    #expect(stolen.queryCount == 30 * 200)
  }

  @Test func fineTuningStartsFromTheVictim() throws {
    let model = try Thieves.victim()
    let before = try Thieves.weights(of: model)
    let pictures = try Thieves.images(60, seed: 7)
    var training = Thieves.training(epochs: 1)
    training.learningRate = 1e-3
    let stolen = try FineTuningAttack(pictures: pictures.unlabelled, training: training)
      .steal(from: model).classifier
    #expect(try Thieves.weights(of: model) == before)
    for (own, old) in zip(stolen.network.namedParameters, model.network.namedParameters) {
      let change = try (own.tensor - old.tensor).abs().maximum().item()
      #expect(change > 0 && change < 0.01, "\(own.name)")
    }
  }

  @Test func aLastLayerLearnsAlone() throws {
    let model = try Thieves.victim()
    let before = try Thieves.weights(of: model)
    let stolen = try FineTuningAttack(
      pictures: Thieves.images(60, seed: 7).unlabelled,
      training: Thieves.training(),
      layers: .last
    ).steal(from: model).classifier
    let changed = try Thieves.weights(of: stolen).filter { before[$0.key] != $0.value }.keys
    #expect(changed.sorted() == ["fc.bias", "fc.weight"])
  }

  @Test func aFreshLastLayerIsFresh() throws {
    let model = try Thieves.victim()
    let fresh = try model.copiedWithFreshLastLayer(seed: 5)
    let before = try Thieves.weights(of: model)
    let changed = try Thieves.weights(of: fresh).filter { before[$0.key] != $0.value }.keys
    #expect(changed.sorted() == ["fc.bias", "fc.weight"])
    #expect(
      try Thieves.weights(of: model.copiedWithFreshLastLayer(seed: 5))
        == Thieves.weights(of: fresh)
    )
    let stolen = try FineTuningAttack(
      pictures: Thieves.images(200, seed: 7).unlabelled,
      training: Thieves.training(epochs: 5),
      resettingLastLayer: true
    ).steal(from: model).classifier
    try expectLearning(stolen, from: model, on: Thieves.images(200, seed: 7))
  }

  /// An innocent's weights depend on the victim in nothing.
  @Test func anIndependentModelTakesNothing() throws {
    let images = try Thieves.images(60, seed: 9)
    let attack = IndependentTraining(on: images, student: try Thieves.student())
    let one = try attack.steal(from: Thieves.victim())
    let other = try attack.steal(
      from: Thieves.victim().copiedWithFreshLastLayer(seed: 3)
    )
    #expect(one.queryCount == 0)
    #expect(try Thieves.weights(of: one.classifier) == Thieves.weights(of: other.classifier))
  }

  @Test func attacksNeedWhatTheyNeed() throws {
    let model = try Thieves.victim()
    let pictures = try Thieves.images(20).unlabelled
    let attacks: [(any StealingAttack, String)] = [
      (CopyAttack(), "the victim's weights"),
      (FineTuningAttack(pictures: pictures, training: Thieves.training()), "the victim's weights"),
      (try DistillationAttack(student: Thieves.student()), "the victim's training pictures"),
    ]
    for (attack, need) in attacks {
      let error = #expect(throws: StealingError.self) {
        try attack.steal(from: Victim(model, exposing: .answers), run: nil) { _ in }
      }
      #expect(
        error?.description
          == "the attack '\(type(of: attack).name)' needs \(need), which this victim does not expose"
      )
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let model = try Thieves.victim()
    let large = try Shapes.images(.train, count: 20, side: 16, seed: 1)
    let student = try Thieves.student()
    let otherClasses = try ImageSet(
      width: 8,
      height: 8,
      pixels: Thieves.images(20).pixels,
      labels: Thieves.images(20).labels,
      classNames: (0..<10).map { "other \($0)" }
    )
    let attacks: [(any StealingAttack, ImageSet)] = [
      (LabelQueryAttack(queries: large.unlabelled, student: student), large),
      (LogitQueryAttack(queries: large.unlabelled, student: student), large),
      (FineTuningAttack(pictures: large.unlabelled, training: Thieves.training()), large),
      (IndependentTraining(on: large, student: student), large),
      (try DistillationAttack(student: student), large),
      (try DistillationAttack(student: student), otherClasses),
      (IndependentTraining(on: otherClasses, student: student), otherClasses),
    ]
    for (attack, images) in attacks {
      #expect(throws: NetworkError.self) { try attack.steal(from: model, trainingSet: images) }
    }
  }
}
