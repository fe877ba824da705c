import { existsSync } from 'node:fs';
import { type Command, CommanderError, InvalidArgumentError } from 'commander';
import { DatabaseError } from '#db/open';

/** Ends a command with exit code 1. The message says what happened, to which file, and what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** @throws CommandError where a file that is to be made exists; none is overwritten */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw new CommandError(`${path}: file exists; choose another name`);
}

/** Exit codes of every command: 0 done, 1 something failed (see standard error), 2 wrong usage. */
export async function runProgram(program: Command): Promise<void> {
  // The files that commands write (database, copies of archives, rejects, backups) may hold withdrawn mails, so other users cannot read them.
  process.umask(process.umask() | 0o007);
  try {
    await program.exitOverride().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof DatabaseError || error instanceof CommandError) {
      process.stderr.write(`${program.name()}: ${error.message}\n`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

/** The value of an option: a whole number, at least 1. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('must be a whole number, at least 1');
  return number;
}
