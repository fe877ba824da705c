/** The figures behind a picture, one click away. */
export function Figures({ head, rows, csv }: { head: string[]; rows: (string | number)[][]; csv?: string }) {
  return (
    <details className="figures">
      <summary>The figures{csv ? '' : ' as a table'}</summary>
      {csv ? (
        <p>
          <a href={csv}>as CSV</a>
        </p>
      ) : null}
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={String(row[0])}>
                {row.map((value, n) =>
                  n ? (
                    <td key={head[n]}>{value}</td>
                  ) : (
                    <th key={head[n]} scope="row">
                      {value}
                    </th>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
