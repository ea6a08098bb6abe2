package sqlite

import "database/sql"

// BootID names the run of this machine's kernel.
var BootID = bootID

// Writer is the connection that writes, and Reader those that read.
func (d *DB) Writer() *sql.DB { return d.write.db }
func (d *DB) Reader() *sql.DB { return d.read.db }
