git ls-files -co --exclude-standard | grep -E '\.(ts|tsx|mts|css)$' > /tmp/w.all
grep -E '^(packages|apps)/' /tmp/w.all > /tmp/w.pa
grep -E '(^|/)(test|tests|testing)/|\.test\.|^packages/testkit/' /tmp/w.pa > /tmp/w.tests
grep -vE '(^|/)(test|tests|testing)/|\.test\.|^packages/testkit/' /tmp/w.pa > /tmp/w.code
grep -E '^tooling/' /tmp/w.all > /tmp/w.tooling
for k in code tests tooling; do echo $k $(xargs ls 2>/dev/null < /tmp/w.$k > /tmp/w.l; cloc --quiet --csv --list-file=/tmp/w.l 2>/dev/null | grep SUM); done
