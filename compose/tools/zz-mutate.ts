import { allCases } from '#conformance/all-cases.ts';
import { findOracles, ask } from './oracle/oracles.ts';
import { resolveCase } from '#conformance/judge.ts';
import { firstDifference, foldModel, foldOurs, readJson } from '#conformance/whole-model.ts';
const oracle = findOracles('/tmp/compose-oracle/dc240').find((o) => o.name === 'compose-2')!;
let seed = Number(process.argv[2] ?? 1); const rnd = (n: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor((seed / 2147483648) * n); };
const rows = allCases().filter((r) => r.format !== 'V1' && r.use.length > 0 && r.expect === 'accept');
const pool = ['true','false','null','"x"','1','1.5','0','-1','[]','{}','[a]','{a: b}','""','yes','010','12:30','1g','10s','5','"5"','a=b','web','./x','/x:/y','80:80','${A:-1}','~','!reset null','"${NOPE}"','2020-01-01','1e3','.5', 'a b','"8080-8090"', '0x1F','host','default'];
const mutants: any[] = [];
for (let i = 0; i < Number(process.argv[3] ?? 400); i++) {
  const row = rows[rnd(rows.length)]!; const name = row.use[0]!; const text = row.files[name]; if (text === undefined) continue;
  const kind = rnd(4); let out = text;
  const spots = [...text.matchAll(/(?<=[:,\[] |- )("[^"\n]*"|'[^'\n]*'|[^\s,{}\[\]"'#&*|>][^,{}\[\]\n#]*?)(?=[,}\]\n])/g)];
  if (kind < 3 && spots.length) { const m = spots[rnd(spots.length)]!; out = text.slice(0, m.index) + pool[rnd(pool.length)] + text.slice(m.index! + m[0].length); }
  else { const lines = text.split('\n'); if (lines.length > 3) { lines.splice(rnd(lines.length), 1); out = lines.join('\n'); } }
  if (out !== text) mutants.push({ ...row, files: { ...row.files, [name]: out }, mutant: out, was: text });
}
const waiting = mutants.values(); let same = 0;
const work = async () => { for (const row of waiting) {
  const a = await ask(oracle, row); const r = resolveCase(row); let d: string | undefined;
  if ('problems' in r) { if (a.isAccepted) d = 'they accept, we refuse: ' + r.problems.find((p) => p.severity === 'error')?.message; }
  else if (!a.isAccepted) d = 'they refuse, we accept: ' + a.err.split('\n').filter((l) => l && !/warning/.test(l)).join(' ').slice(0, 220);
  else d = firstDifference(foldModel(readJson(a.out), a.root), foldOurs(r.model));
  if (d === undefined) same++; else { const w = row.was.split('\n'), m = row.mutant.split('\n'); const at = m.findIndex((l: string, i: number) => l !== w[i]); console.log(`✗ ${row.id}: ${d}\n     was ${(w[at]??'').slice(0,200)}\n     now ${(m[at] ?? '').slice(0,200)}`); }
} };
await Promise.all([work(), work()]); console.log(same, 'same of', mutants.length);
