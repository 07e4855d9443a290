extension EvidenceReport {
  /// Returns the report as one HTML page that is also well-formed XML.
  ///
  /// The page opens with `verdict` and `caution`, then shows a marked picture and the scores that the verdict
  /// rests on, the evidence, what can be concluded from it, and the settings. It depends on nothing but the report:
  /// same report, same bytes.
  ///
  /// - Throws: `DatasetError` if a picture cannot be encoded as PNG.
  public func html() throws -> String {
    let pictures = PictureSection(pairs: pairs)
    let leads = StyleKeyChart(self)?.markup
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      \(head)<body>
      \(Markers.definitions)<header>
      <p class="title">\(title.shortened(to: 120))</p>
      <h1>\(verdict)</h1>
      \(cautionMarkup)<div class="first">
      \(try pictures.opening())\(leads ?? publishedScores)</div>
      </header>
      <main>
      <section aria-labelledby="evidence">
      <h2 id="evidence">The evidence, model by model</h2>
      \(ResultsTable(report: self).markup)\(accuracies)\
      \(leads == nil ? "" : publishedScores)</section>
      \(try pictures.evidence(of: mark))\(CertaintySection(report: self).markup)\(settingsSection)</main>
      <footer>Hallmark, after Li, Zhu, Jia, Jiang, Xia and Cao: Defending against Model Stealing via \
      Verifying Embedded External Features, AAAI 2022.</footer>
      </body>
      </html>

      """
    return page.source
  }

  private var publishedScores: Markup { ScoreChart(self)?.markup ?? "" }

  private var head: Markup { Self.head(title: title) }

  /// The head of a page.
  ///
  /// Nothing may be loaded or run, whatever a name contains.
  static func head(title: String) -> Markup {
    """
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
    <title>\(title.shortened(to: 120))</title>
    <style>
    \(ReportStyle.sheet)
    </style>
    </head>

    """
  }

  private var cautionMarkup: Markup {
    guard let caution else { return "" }
    return """
      <p class="caution" role="note"><strong>Caution.</strong> \(caution) \
      <a href="#certainty">How sure can I be?</a></p>

      """
  }

  private var accuracies: Markup {
    guard !suspects.isEmpty else { return "" }
    return AccuracyChart(suspects, classCount: mark.classCount)?.markup
      ?? "<p>Accuracies on clean and marked pictures were not measured.</p>\n"
  }

  private var settingsSection: Markup { Self.section(of: settings) }

  /// All settings, in the order in which they were given.
  static func section(of settings: [SettingGroup]) -> Markup {
    let groups = settings.map { group -> Markup in
      let rows = group.settings.map { setting -> Markup in
        """
        <tr><th scope="row">\(setting.name.shortened(to: 80))</th>\
        <td><bdi>\(setting.value.shortened(to: 400))</bdi></td></tr>

        """
      }
      return """
        <table>
        <caption>\(group.name.shortened(to: 80))</caption>
        <tbody>
        \(rows)</tbody>
        </table>

        """
    }
    guard !groups.isEmpty else { return "" }
    return """
      <section class="settings" aria-labelledby="settings">
      <h2 id="settings">Settings</h2>
      <div class="groups">
      \(groups)</div>
      </section>

      """
  }
}
