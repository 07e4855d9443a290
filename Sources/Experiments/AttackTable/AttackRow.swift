import Artifacts
import Datasets
import ModelStealing
import Networks
import Stages

/// A row of the table: how its model is made from a victim.
struct AttackRow {
  let group: AttackResult.Group
  /// The attack, and what is special about it; its models' folders are named by it too.
  let name: String
  /// How much the finished model's answers tell.
  var answerForm = AnswerForm.probabilities
  let make: (AttackTable.Context, FinishedModel, _ seed: UInt64) throws -> FinishedModel

  /// Whether the model was made from the victim's weights.
  var sharesWeights: Bool {
    group == .victim || group == .hiding || name == CopyAttack.name
      || name.hasPrefix(FineTuningAttack.name)
  }

  /// The rows, in the order of the table.
  static func all(_ settings: AttackTableSettings) -> [AttackRow] {
    [AttackRow(group: .victim, name: AttackTable.victimName) { _, victim, _ in victim }]
      + attacks(settings) + innocents + queries(settings) + answers(settings) + chains(settings)
      + hiding
  }
}

extension AttackRow {
  /// A theft with the settings of the preset, changed as told.
  private static func theft(
    _ group: AttackResult.Group,
    _ name: String,
    _ attack: AttackName,
    _ settings: AttackTableSettings,
    change: @escaping (inout StealStage, AttackTable.Context, _ seed: UInt64) throws -> Void = {
      _,
      _,
      _ in
    }
  ) -> AttackRow {
    AttackRow(group: group, name: name) { context, victim, seed in
      let seed = AttackTable.thiefSeed(seed)
      var stage = try context.study.stage(
        attack,
        seed: seed,
        trainingSet: context.trainingSet,
        zeroShotRounds: settings.zeroShotRounds
      )
      try change(&stage, context, seed)
      return try context.study.steal(folder(name, seed), Theft([stage]), from: victim)
    }
  }

  /// `attack` in `attack-SEED`, without what a file name should not have.
  private static func folder(_ name: String, _ seed: UInt64) -> String {
    let plain = name.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined()
    return plain.split(separator: "-").joined(separator: "-") + "-\(seed)"
  }

  private static func attacks(_ settings: AttackTableSettings) -> [AttackRow] {
    func theft(_ attack: AttackName) -> AttackRow {
      self.theft(.attack, attack.rawValue, attack, settings)
    }
    return [
      theft(.copy), theft(.fineTuning),
      fineTuning("fine-tuning, last layer", .last, resetting: false, settings),
      fineTuning("fine-tuning, fresh last layer", .all, resetting: true, settings),
      theft(.distillation), theft(.logitQuery), theft(.labelQuery), theft(.zeroShot),
    ]
  }

  private static func fineTuning(
    _ name: String,
    _ layers: TrainedLayers,
    resetting: Bool,
    _ settings: AttackTableSettings
  ) -> AttackRow {
    theft(.attack, name, .fineTuning, settings) { stage, context, seed in
      stage.attack = FineTuningAttack(
        pictures: context.study.thiefPictures,
        training: context.study.fineTuning(seed: seed),
        layers: layers,
        resettingLastLayer: resetting
      )
    }
  }

  /// Those who took nothing.
  private static var innocents: [AttackRow] { [unrelated, ownersPicturesUnmarked] }

  /// Trained on the thief's pictures and their true labels: an innocent, and the honest model of a thief who has one.
  private static var unrelated: AttackRow { independent("other pictures", { $0.split.other }, 100) }

  /// Trained as the benign model is.
  private static var ownersPicturesUnmarked: AttackRow {
    independent("the owner's pictures unmarked", { $0.split.train }, 200)
  }

  private static func independent(
    _ what: String,
    _ images: @escaping (CaseStudy) -> ImageSet,
    _ offset: UInt64
  ) -> AttackRow {
    let name = "independent, \(what)"
    return AttackRow(group: .innocent, name: name) { context, victim, seed in
      let seed = seed &+ offset
      let attack = IndependentTraining(
        on: images(context.study),
        student: context.study.student(seed: seed)
      )
      let theft = try Theft([StealStage(attack, seed: seed)])
      return try context.study.steal(folder(name, seed), theft, from: victim)
    }
  }

  private static func queries(_ settings: AttackTableSettings) -> [AttackRow] {
    let sources: [QuerySource] =
      [settings.otherPictures, .noise].compactMap { $0 }
    let attacks: [(AttackName, any QueryAttack.Type)] = [
      (.logitQuery, LogitQueryAttack.self), (.labelQuery, LabelQueryAttack.self),
    ]
    return sources.flatMap { source in
      attacks.map { name, attack in
        theft(.queries, "\(name.rawValue), \(source)", name, settings) {
          stage,
          context,
          seed in
          // Another data set was read before the first victim; noise is each thief's own.
          let shared = source == .noise ? nil : context.otherPictures
          let queries =
            try shared
            ?? source.pictures(
              settings.study.trainCount,
              beside: context.study.split,
              of: context.study.pictureSize,
              seed: seed
            )
          stage.pictureSource = "\(source)"
          stage.attack = attack.init(
            queries: queries,
            student: context.study.queryStudent(seed: seed)
          )
        }
      }
    }
  }

  /// What services do to make stealing harder, against the thief who wants probabilities.
  private static func answers(_ settings: AttackTableSettings) -> [AttackRow] {
    let forms: [AnswerForm] = [.rounded(digits: 1), .top(1), .noisy(deviation: 0.2)]
    return forms.map { form in
      theft(.answers, "logit-query, \(form)", .logitQuery, settings) { stage, _, _ in
        stage.answerForm = form
      }
    }
  }

  /// Two stages, the first of which is another row's: zero-shot, or a query thief and then zero-shot
  /// (Li et al., AAAI 2022, Table 7).
  private static func chains(_ settings: AttackTableSettings) -> [AttackRow] {
    [AttackName.zeroShot, .logitQuery].map { attack in
      let first = attack.rawValue
      return AttackRow(group: .chain, name: "\(first),zero-shot") { context, victim, seed in
        let thiefSeed = AttackTable.thiefSeed(seed)
        let one = try theft(.attack, first, attack, settings).make(context, victim, seed)
        let stage = try context.study.stage(
          .zeroShot,
          seed: thiefSeed &+ 1,
          trainingSet: context.trainingSet,
          zeroShotRounds: settings.zeroShotRounds
        )
        return try context.study.steal(
          folder("\(first) then zero-shot", thiefSeed),
          Theft([stage]),
          from: one,
          comparedWith: victim
        )
      }
    }
  }

  /// A copy, changed to hide it.
  private static var hiding: [AttackRow] {
    [
      hiding("magnitude-pruning 30 %", .magnitudePruning) { $0.share = 0.3 },
      hiding("magnitude-pruning 50 %", .magnitudePruning) { $0.share = 0.5 },
      hiding("magnitude-pruning 70 %", .magnitudePruning) { $0.share = 0.7 },
      hiding("quantization 8 bits", .quantization) { $0.bits = 8 },
      hiding("quantization 4 bits", .quantization) { $0.bits = 4 },
      hiding("weight-noise 0.1", .weightNoise) { $0.noise = 0.1 },
      hiding("weight-noise 0.2", .weightNoise) { $0.noise = 0.2 },
      hiding(AugmentedFineTuning.name, .augmentedFineTuning),
      hiding("\(FinePruning.name) 50 %", .finePruning) { $0.share = 0.5 },
      hiding(Restyling.name, .restyling),
      hiding(
        "washing, family styles and honest model",
        .restyling,
        repainting: { context, victim, seed in
          let honest = try unrelated.make(context, victim, seed)
          return try context.study.repainting(
            OtherStyles(
              count: OtherStyles.Source.family.usualCount,
              seed: AttackTable.thiefSeed(seed),
              from: .family
            ),
            honestModel: HonestModel(
              honest.classifier,
              digest: Digest(ofFileAt: honest.folder.modelFile)
            )
          )
        }
      ),
      hiding("\(OutputRounding.name) to 1 digit", .outputRounding, .rounded(digits: 1)) {
        $0.digits = 1
      },
    ]
  }

  /// A copy, changed; restyled in drawings unless told otherwise.
  private static func hiding(
    _ title: String,
    _ name: HidingName,
    _ form: AnswerForm = .probabilities,
    change: @escaping (inout HidingRecipe) -> Void = { _ in },
    repainting: ((AttackTable.Context, FinishedModel, _ seed: UInt64) throws -> Repainting)? = nil
  ) -> AttackRow {
    AttackRow(group: .hiding, name: title, answerForm: form) { context, victim, seed in
      let (thiefSeed, study) = (AttackTable.thiefSeed(seed), context.study)
      var recipe = HidingRecipe(training: study.fineTuning(seed: thiefSeed))
      change(&recipe)
      let method = try recipe.method(
        name,
        pictures: { study.thiefPictures },
        repainting: {
          try repainting?(context, victim, seed)
            ?? study.repainting(OtherStyles(count: 8, seed: thiefSeed))
        }
      )
      return try study.hide(folder(title, thiefSeed), method, seed: thiefSeed, victim)
    }
  }
}

extension CaseStudy {
  /// Repainting that tells the observer how far it is.
  fileprivate func repainting(
    _ styles: OtherStyles,
    honestModel: HonestModel? = nil
  ) -> Repainting {
    Repainting(styles: "\(styles)", honestModel: honestModel) { pictures in
      try styles.repaint(pictures) { done, total in
        try observer.update(Double(done) / Double(total), "\(done)/\(total) pictures repainted")
      }
    }
  }
}
