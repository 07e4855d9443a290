/// The style sheet of the page: light, dark, narrow and printed.
enum ReportStyle {
  static let sheet: Markup = """
    \(colours)\(text)\(pictures)\(charts)\(tables)\(media)
    """

  /// Every text colour has a contrast of 4.5 : 1 or more on its ground.
  private static let colours: Markup = """
    :root { color-scheme: light dark;
      --paper: #fcfbf8; --ink: #1d1b18; --muted: #5c5850; --line: #d8d3c8;
      --stolen: #a83a0c; --innocent: #0a5a9e; --unknown: #6b3a9c; --control: #56524a;
      --caution: #fff2d1; --caution-edge: #b07a00; --link: #0a5a9e; }
    @media (prefers-color-scheme: dark) { :root {
      --paper: #171614; --ink: #ece8e0; --muted: #aea99e; --line: #403c36;
      --stolen: #ff9a66; --innocent: #7fc1ff; --unknown: #cbaaff; --control: #b5b0a5;
      --caution: #33290f; --caution-edge: #e0ad3a; --link: #8cc8ff; } }

    """

  private static let text: Markup = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.5rem 3rem; background: var(--paper);
      color: var(--ink); font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
    h1, h2 { font-family: Charter, "Bitstream Charter", "Iowan Old Style", Georgia, serif;
      font-weight: 600; line-height: 1.2; text-wrap: balance; }
    h1 { font-size: clamp(1.6rem, 1.1rem + 2.2vw, 2.5rem); margin: 0 0 1.2rem; max-width: 26em;
      letter-spacing: -0.01em; overflow-wrap: anywhere; overflow: hidden; }
    h2 { font-size: 1.45rem; margin: 3.2rem 0 0.8rem; }
    p { max-width: 46rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
    a { color: var(--link); }
    .title { color: var(--muted); margin: 0 0 0.6rem; font-size: 0.95rem; overflow: hidden; }
    .caution { background: var(--caution); border-left: 5px solid var(--caution-edge);
      padding: 0.8rem 1.1rem; border-radius: 0 6px 6px 0; max-width: 52rem; }
    .name { overflow-wrap: anywhere; }
    .role { font-size: 0.82em; color: var(--control); white-space: nowrap; }
    .role.stolen { color: var(--stolen); white-space: normal; overflow-wrap: anywhere; }
    .role.innocent { color: var(--innocent); } .role.unknown { color: var(--unknown); }
    .certainty { columns: 2 26rem; column-gap: 2.5rem; }
    .certainty p { break-inside: avoid; }
    footer { margin-top: 3.5rem; padding-top: 1rem; border-top: 1px solid var(--line);
      color: var(--muted); font-size: 0.88rem; }

    """

  private static let pictures: Markup = """
    figure { margin: 0; }
    main figure { margin-top: 1.75rem; }
    figcaption { color: var(--muted); font-size: 0.88rem; line-height: 1.45; margin-top: 0.7rem;
      max-width: 44rem; }
    figcaption strong { color: var(--ink); }
    img { display: block; border-radius: 4px; object-fit: contain; }
    .pixelated { image-rendering: pixelated; }
    .first { display: grid; grid-template-columns: minmax(15rem, 18rem) minmax(0, 1fr);
      gap: 1.5rem 2.5rem; margin-top: 2rem; align-items: start; }
    .first > :only-child { grid-column: 1 / -1; }
    .couple { display: grid; grid-template-columns: 1fr 1fr; gap: 0.6rem; }
    .opening { max-width: 24rem; }
    .couple img { width: 100%; height: auto; aspect-ratio: 1; }
    .couple span { font-size: 0.88rem; color: var(--muted); }
    .gallery { list-style: none; padding: 0; margin: 1.2rem 0 0; display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(11.5rem, calc(50% - 0.6rem)), 1fr)); gap: 1.1rem; }
    .gallery li { display: grid; grid-template-columns: 1fr 1fr; gap: 3px; }
    .gallery img { width: 100%; height: auto; aspect-ratio: 1; border-radius: 2px; }
    .gallery .name { grid-column: 1 / -1; font-size: 0.85rem; color: var(--muted);
      overflow: hidden; }

    """

  private static let charts: Markup = """
    .definitions { position: absolute; }
    .scores, .accuracies { container-type: inline-size; }
    .accuracies { margin-top: 2.2rem; max-width: 52rem; }
    .chart, .legend { list-style: none; margin: 0; padding: 0; }
    .row { display: grid; grid-template-columns: minmax(0, 1fr) auto; column-gap: 0.8rem;
      align-items: center; padding-top: 0.55rem; font-size: 0.92rem; line-height: 1.3; }
    .row.scale { padding-top: 0; }
    .who { overflow: hidden; }
    .who .role, .scores .answer { display: block; }
    .track { grid-column: 1 / -1; grid-row: 2; width: 100%; display: block; overflow: visible; }
    .scale .track { grid-row: 1; }
    .draws { overflow: visible; }
    .value { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .answer { color: var(--muted); font-size: 0.88em; }
    @container (min-width: 33rem) {
      .row { grid-template-columns: 10.5rem minmax(0, 1fr) 8.6rem; padding-top: 0; }
      .who, .value { padding: 0.35rem 0; }
      .track, .scale .track { grid-column: 2; grid-row: 1; }
      .row:not(.scale) .track { align-self: stretch; height: 100%; min-height: 2.5rem; } }
    .track text { font-size: 12px; fill: var(--muted); }
    .track .zone-label { fill: var(--stolen); font-weight: 600; }
    .zone { fill: var(--stolen); fill-opacity: 0.09; }
    .alpha { stroke: var(--stolen); stroke-width: 1.5; stroke-dasharray: 5 3; }
    .base, .tick, .axis { stroke: var(--line); stroke-width: 1; }
    .tick, .axis { stroke: var(--muted); }
    .chance { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 2 3; }
    .clean { stroke: var(--ink); stroke-width: 3; }
    .span { stroke: currentColor; stroke-width: 3; stroke-opacity: 0.55; }
    svg .victim, svg .benign { color: var(--control); } svg .stolen { color: var(--stolen); }
    svg .innocent { color: var(--innocent); } svg .unknown { color: var(--unknown); }
    .marker { fill: currentColor; stroke: var(--paper); stroke-width: 1.5; }
    .marker.innocent, .marker.benign { fill: var(--paper); stroke: currentColor; stroke-width: 3; }
    .beyond { fill: currentColor; }
    .histogram { margin-top: 1.5rem; }
    .histogram svg { width: 100%; height: 230px; display: block; overflow: visible; }
    .histogram text { font-size: 13px; fill: var(--muted); }
    .histogram .bar { fill: var(--control); fill-opacity: 0.55; }
    .histogram .secret { stroke: var(--stolen); stroke-width: 2.5; }
    .histogram .secret-label { font-weight: 600; }
    .histogram .zone-label, .histogram .secret-label { fill: var(--stolen); paint-order: stroke;
      stroke: var(--paper); stroke-width: 5px; stroke-linejoin: round; }
    .findings { max-width: 52rem; padding-left: 1.2rem; margin: 1.6rem 0; }
    .findings li { margin-bottom: 0.5rem; overflow-wrap: anywhere; }
    .draw { fill: currentColor; fill-opacity: 0.38; }
    .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; margin-top: 0.5rem;
      font-size: 0.85rem; color: var(--muted); }
    .legend li { display: flex; align-items: center; gap: 0.35rem; }

    """

  private static let tables: Markup = """
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--muted); font-size: 0.88rem; line-height: 1.45;
      padding-bottom: 0.7rem; }
    th, td { text-align: left; vertical-align: top; padding: 0.5rem 0.7rem 0.5rem 0;
      border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
    .results { table-layout: auto; }
    .results td, .results thead th { text-align: right; padding-left: 0.7rem; }
    .results thead th:first-child { text-align: left; padding-left: 0; }
    .results .says, .results thead .says { text-align: left; }
    .results td:last-child, .results thead th:last-child { padding-right: 0; }
    .results td { white-space: nowrap; }
    .results tbody th { font-weight: 600; overflow: hidden; min-width: 9rem; }
    .results tbody th .role { font-weight: 400; display: block; }
    thead th { color: var(--muted); font-weight: 500; font-size: 0.88rem; vertical-align: bottom;
      overflow-wrap: normal; }
    .column { display: none; }
    .groups { columns: 2 22rem; column-gap: 2.5rem; }
    .settings table { break-inside: avoid; margin-bottom: 1.6rem; font-size: 0.9rem; }
    .settings caption { color: var(--ink); font-weight: 600; font-size: 0.95rem;
      padding-bottom: 0.2rem; }
    .settings th { font-weight: 400; color: var(--muted); width: 42%; }
    .settings th, .settings td { padding-top: 0.3rem; padding-bottom: 0.3rem; }

    """

  private static let media: Markup = """
    @media screen and (max-width: 52rem) {
      body { padding: 1.5rem 1rem 2rem; }
      .first { grid-template-columns: minmax(0, 1fr); }
      .results thead { position: absolute; width: 1px; height: 1px; overflow: hidden;
        clip-path: inset(50%); }
      .results, .results tbody, .results tr, .results th, .results td, .results caption
        { display: block; }
      .results tbody tr { display: grid; column-gap: 1.5rem;
        grid-template-columns: repeat(auto-fill, minmax(10.2rem, 1fr)); }
      .results tbody th, .results td:nth-last-child(-n+2) { grid-column: 1 / -1; }
      .results tbody tr { border-bottom: 1px solid var(--line); padding: 0.7rem 0; }
      .results th, .results td { border: 0; padding: 0.12rem 0; }
      .results td, .results td:last-child { display: flex; justify-content: space-between;
        gap: 1rem; padding: 0.12rem 0; }
      .column { display: inline; color: var(--muted); } }
    @media print {
      :root { --paper: #fff; --ink: #000; --muted: #444; --line: #bbb;
        --stolen: #a83a0c; --innocent: #0a5a9e; --unknown: #6b3a9c; --control: #444;
        --caution: #fff; --link: #000; }
      html { font-size: 10pt; }
      body { max-width: none; padding: 0 1.5rem; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      h1 { font-size: 20pt; } h2 { margin-top: 1.6rem; break-after: avoid; }
      .caution { border: 1px solid #000; border-left-width: 5px; }
      figure, tr, .row, .gallery li, .caution, p { break-inside: avoid; } }
    """
}
