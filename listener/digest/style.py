"""The looks of a digest's page: light and dark, on a phone and on paper."""

CSS = """
:root {
  color-scheme: light dark;
  --paper: #f7f6f2; --card: #fffefb; --ink: #1d2329; --soft: #5b6570; --line: #e3e0d8;
  --accent: #1f6f78; --accent-soft: #d5e8e6; --alert: #9c2f1f; --alert-soft: #fbe9e4;
  --negative: #c0503c; --neutral: #a9b1b8; --positive: #4c9067; --mixed: #d0a146;
  --unseen: #c9c4b8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --card: #1c2227; --ink: #e8e6e1; --soft: #9da7b0; --line: #30383f;
    --accent: #6fc1c4; --accent-soft: #22383b; --alert: #ff9e8a; --alert-soft: #3a221d;
    --negative: #d9715c; --neutral: #6f7a84; --positive: #6bb487; --mixed: #d8b064;
    --unseen: #4a525a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
  -webkit-text-size-adjust: 100%;
}
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2, p, ul, ol, dl, dd { margin: 0; padding: 0; }
h1 { font-size: clamp(1.8rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -0.02em; }
h2 { font-size: 1.25rem; letter-spacing: -0.01em; margin: 2.75rem 0 0.9rem; }
ul, ol { list-style: none; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.over { color: var(--accent); font-weight: 600; font-size: 0.85rem; letter-spacing: 0.06em; }
.soft { color: var(--soft); font-size: 0.9rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem;
  padding: 1.1rem 1.25rem;
}
.headline { font-weight: 600; padding: 0.7rem 1rem; border-radius: 0.6rem; margin-bottom: 0.6rem; }
.headline { background: var(--accent-soft); }
.headline.alert { background: var(--alert-soft); color: var(--alert); }
.mark {
  display: inline-block; border-radius: 1rem; padding: 0.05rem 0.6rem; font-size: 0.78rem;
  font-weight: 600; background: var(--line); color: var(--ink); white-space: nowrap;
}
.mark.alert { background: var(--alert-soft); color: var(--alert); }
svg { display: block; width: 100%; }
.strip { height: 0.6rem; border-radius: 0.3rem; background: var(--unseen); }
.strip.thin { height: 0.45rem; }
.seen, .bar, .share { fill: var(--accent); }
.negative { fill: var(--negative); } .neutral { fill: var(--neutral); }
.positive { fill: var(--positive); } .mixed { fill: var(--mixed); }
.bar.gappy { fill-opacity: 0.55; }
.unseen { fill: var(--unseen); fill-opacity: 0.45; }
.ground { fill: var(--line); }
.source { padding: 0.8rem 0; border-top: 1px solid var(--line); }
.source:first-child { border-top: 0; padding-top: 0.1rem; }
.source:last-child { padding-bottom: 0.1rem; }
.pair { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.pair > :first-child { overflow-wrap: anywhere; }
.source .strip { margin: 0.4rem 0 0.3rem; }
.brands { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17.5rem, 1fr)); }
.volume { font-size: 2.6rem; line-height: 1.1; font-weight: 650; letter-spacing: -0.03em; }
.volume small { font-size: 1rem; font-weight: 500; letter-spacing: 0; color: var(--soft); }
.volume.words { font-size: 1.7rem; color: var(--soft); }
.facts { display: grid; grid-template-columns: auto auto auto; gap: 0.5rem; margin: 0.9rem 0; }
.facts dt { color: var(--soft); font-size: 0.8rem; }
.facts dd { font-weight: 600; }
.top { overflow-wrap: anywhere; margin-bottom: 0.3rem; }
.top b { margin-right: 0.4rem; }
.over-chart { margin-top: 1rem; }
.chart { height: 4.5rem; border-bottom: 1px solid var(--line); }
.note { margin-top: 0.5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 0.9rem; margin-top: 0.4rem; }
.legend li { font-size: 0.82rem; color: var(--soft); }
.legend svg { display: inline-block; width: 0.65rem; height: 0.65rem; margin-right: 0.3rem; }
.voice { display: grid; grid-template-columns: 9rem 1fr 5rem; gap: 0.8rem; align-items: center; }
.voice { padding: 0.3rem 0; overflow-wrap: anywhere; }
.voice > :last-child { text-align: right; }
.item { padding: 0.9rem 0; border-top: 1px solid var(--line); break-inside: avoid; }
.item:first-child { border-top: 0; padding-top: 0.1rem; }
.item:last-child { padding-bottom: 0.1rem; }
.said { margin: 0.25rem 0; overflow-wrap: anywhere; }
.many { font-weight: 650; font-size: 1.15rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.45rem 0.75rem 0.45rem 0; border-top: 1px solid var(--line); }
td { overflow-wrap: break-word; }
thead th { border-top: 0; color: var(--soft); font-size: 0.8rem; font-weight: 500; }
.count { text-align: right; white-space: nowrap; }
footer { margin-top: 3rem; }
@media (max-width: 34rem) {
  .voice { grid-template-columns: 1fr 4.5rem; }
  .voice svg { grid-column: 1 / -1; grid-row: 2; }
}
@media print {
  html { font-size: 11px; }
  :root {
    --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #ccc; --accent: #1f6f78;
    --accent-soft: #eef5f4; --alert: #9c2f1f; --alert-soft: #fbe9e4; --unseen: #c9c4b8;
    --negative: #c0503c; --neutral: #a9b1b8; --positive: #4c9067; --mixed: #d0a146;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .card, .source { break-inside: avoid; }
  h2 { break-after: avoid; }
  .long { break-inside: auto; }
}
"""
