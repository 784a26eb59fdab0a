# Lines 'PROGRAM STEP SIZE MILLISECONDS MEBIBYTES' in, the table out.
function read_bounds(  line, part) {
  while ((getline line <bounds) > 0) {
    if (line ~ /^#/) { continue }
    split(line, part, " ")
    due[part[1], part[2]] = part[3]
    room[part[1], part[2]] = part[4]
  }
}
function judge(good, words) { if (good) { passed++ } else { failed++; faults = faults "not ok - " words "\n" } }
BEGIN { read_bounds(); printf "%-10s %-16s %34s %9s %9s\n", "PROGRAM", "STEP", "MILLISECONDS AT SIZE", "EXPONENT", "MEBIBYTES" }
{
  key = $1 "\t" $2
  if (!(key in count)) { order[++steps] = key }
  size[key, ++count[key]] = $3
  time[key, count[key]] = $4
  memory[key] = $5
  if (checks_bounds && ($2, $3) in due) {
    judge(due[$2, $3] == "-" || $4 <= due[$2, $3], sprintf("%s %d takes %.0f ms, %s are due", $2, $3, $4, due[$2, $3]))
    judge(room[$2, $3] == "-" || $5 <= room[$2, $3], sprintf("%s %d takes %.0f MiB, %s are due", $2, $3, $5, room[$2, $3]))
  }
}
END {
  for (i = 1; i <= steps; i++) {
    key = order[i]
    split(key, part, "\t")
    n = count[key]
    text = ""
    for (j = 1; j <= n; j++) { text = text sprintf("  %d: %.4g", size[key, j], time[key, j]) }
    exponent = n > 1 ? log(time[key, n] / time[key, n - 1]) / log(size[key, n] / size[key, n - 1]) : 0
    most = part[1] == "agent" ? 1.1 : part[2] == "tree" ? 3.2 : 2.2
    judge(exponent <= most, sprintf("%s grows with the exponent %.2f, at most %.1f is due", part[2], exponent, most))
    printf "%-10s %-16s %34s %9.2f %9s\n", part[1], part[2], text, exponent, memory[key] == "-" ? "-" : sprintf("%.0f", memory[key])
  }
  printf "%s%d passed, %d failed\n", faults, passed, failed
  exit failed > 0
}
