package agent

// longest is how many letters of two words are compared; nobody's address is longer.
const longest = 100

// EditDistance gives how many letters a typo or a way of spelling has changed between
// two words, and whether these are few enough to take one for the other: a third of the
// longer word, but at most three. Spellings that people take for the same are 0 apart.
func EditDistance(typed, meant string) (int, bool) {
	n, few := distance(fold(typed), fold(meant))
	if !few {
		return max(n, 1), false
	}
	return n, true
}

// distance is the number of letters added, left out, changed, or swapped with their
// neighbour between a and b (optimal string alignment), and whether that is small
// enough for a slip: a third of the longer word, but at most three.
func distance(a, b string) (int, bool) {
	s, t := []rune(a), []rune(b)
	bound := min(3, max(len(s), len(t))/3)
	if len(s) > longest || len(t) > longest || len(s)-len(t) > bound || len(t)-len(s) > bound {
		return 0, false
	}
	before, above, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range row {
		above[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			change := above[j-1]
			if s[i-1] != t[j-1] {
				change++
			}
			row[j] = min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(t)], above[len(t)] <= bound
}
