package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
)

// metric is a row of the table.
type metric int

const (
	throughput metric = iota
	steadyCPU
	fullCPU
	ackHalf
	ackMost
	peakMemory
	idleMemory
	starting
	loadCPU
)

// row says how a metric is shown, and what is wanted of it.
type row struct {
	metric
	title    string
	decimals int
	goal     string
}

var table = []row{
	{throughput, "throughput at saturation, commands/s", 0, "> 1 × " + plain},
	{steadyCPU, "CPU per 1,000 at 150/s, s", 2, "≤ 1.6 × " + plain},
	{fullCPU, "CPU per 1,000, saturated, s", 2, "≤ 1.3 × " + plain},
	{ackHalf, "acknowledgement, median, ms", 2, ""},
	{ackMost, "acknowledgement, 99 %, ms", 2, "≤ 2 × " + durable},
	{peakMemory, "peak memory, steady, MB", 1, "≤ 36 MB"},
	{idleMemory, "memory, idle, MB", 1, "≤ 25 MB"},
	{starting, "start to connected, ms", 0, "≤ 100 ms"},
	{loadCPU, "load generator's CPU per 1,000, saturated, s", 2, ""},
}

// write gives the table: medians over the rounds, ratios first. A ratio is the median of
// the rounds' own, since a round's bots were measured in the same minute.
func write(to io.Writer, rounds []map[string]figures) {
	bases := []string{plain, durable, floor}
	columns := []string{floor, durable, plain, ours}
	head, rule := "| |", "|---|"
	for _, base := range bases {
		head, rule = head+" ÷ "+base+" |", rule+"---|"
	}
	head, rule = head+" goal |", rule+"---|"
	for _, name := range columns {
		head, rule = head+" "+name+" |", rule+"---|"
	}
	fmt.Fprintf(to, "%s\n%s\n", head, rule)
	for _, r := range table {
		fmt.Fprintf(to, "| %s |", r.title)
		for _, base := range bases {
			fmt.Fprintf(to, " %s |", ratio(rounds, r.metric, base))
		}
		fmt.Fprintf(to, " %s |", r.goal)
		for _, name := range columns {
			value := median(rounds, func(round map[string]figures) float64 { return round[name][r.metric] })
			fmt.Fprintf(to, " %s |", strconv.FormatFloat(value, 'f', r.decimals, 64))
		}
		fmt.Fprintln(to)
	}
}

// ratio is ours to base; a dash where base is too small to be told from nothing.
func ratio(rounds []map[string]figures, m metric, base string) string {
	if slices.ContainsFunc(rounds, func(r map[string]figures) bool { return r[base][m] == 0 }) {
		return "–"
	}
	value := median(rounds, func(round map[string]figures) float64 { return round[ours][m] / round[base][m] })
	return strconv.FormatFloat(value, 'f', 2, 64)
}

// median of an even number is the larger of the two in the middle.
func median(rounds []map[string]figures, of func(map[string]figures) float64) float64 {
	var all []float64
	for _, r := range rounds {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
