/** The parts of an OpenAPI document that the page shows. */
export interface OpenApi {
  info: { title: string; version: string; description?: string }
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, unknown> }
}
interface Operation {
  summary?: string
  description?: string
  tags?: string[]
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: unknown }[]
  requestBody?: { content: Record<string, { schema?: unknown }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>
}

/** The API description as one page of HTML: no script, nothing from another host, readable by keyboard and screen reader. */
export function renderDocs(api: OpenApi): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const groups = Map.groupBy(operations, ({ operation }) => operation.tags?.[0] ?? 'Other')
  const sections = [...groups].map(([tag, members]) => `<h2>${escapeHtml(tag)}</h2>${members.map(renderOperation).join('')}`)
  const schemas = Object.entries(api.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary>${renderJson(schema)}</details>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(api.info.title)}: API</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="/api/docs.css"></head>
<body><main><h1>${escapeHtml(api.info.title)} <span class="quiet">API ${escapeHtml(api.info.version)}</span></h1>
<p>${escapeHtml(api.info.description ?? '')}</p>
<p>Machine-readable: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). Map: <a href="/map">/map</a>.</p>
${sections.join('\n')}<h2>Shapes</h2>${schemas.join('\n')}</main></body></html>`
}

function renderOperation({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const parameters = (operation.parameters ?? []).map(
    (parameter) =>
      `<tr><td><code>${escapeHtml(parameter.name)}</code></td><td>${escapeHtml(parameter.in)}${parameter.required ? ', required' : ''}</td>` +
      `<td>${escapeHtml(parameter.description ?? '')}</td><td><code>${escapeHtml(JSON.stringify(parameter.schema ?? {}))}</code></td></tr>`,
  )
  const answers = Object.entries(operation.responses).map(
    ([status, answer]) =>
      `<tr><td><code>${escapeHtml(status)}</code></td><td>${escapeHtml(answer.description ?? '')}</td><td>${renderContent(answer.content)}</td></tr>`,
  )
  return (
    `<details><summary><span class="method">${escapeHtml(method.toUpperCase())}</span> <code>${escapeHtml(path)}</code> ` +
    `<span class="quiet">${escapeHtml(operation.summary ?? '')}</span></summary>` +
    `<p>${escapeHtml(operation.description ?? '')}</p>` +
    (parameters.length > 0
      ? `<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th><th>Form</th></tr></thead><tbody>${parameters.join('')}</tbody></table>`
      : '') +
    (operation.requestBody ? `<h3>Body</h3>${renderContent(operation.requestBody.content)}` : '') +
    `<h3>Answers</h3><table><thead><tr><th>Status</th><th>Meaning</th><th>Shape</th></tr></thead><tbody>${answers.join('')}</tbody></table></details>`
  )
}

function renderContent(content: Record<string, { schema?: unknown }> | undefined): string {
  return Object.entries(content ?? {})
    .map(([type, { schema }]) => `<span class="quiet">${escapeHtml(type)}</span> ${renderShape(schema)}`)
    .join('<br>')
}

function renderShape(schema: unknown): string {
  const name = (schema as { $ref?: string } | undefined)?.$ref?.split('/').at(-1)
  return name ? `<a href="#${escapeHtml(name)}"><code>${escapeHtml(name)}</code></a>` : renderJson(schema)
}

function renderJson(value: unknown): string {
  return `<pre>${escapeHtml(JSON.stringify(value ?? {}, null, 2))}</pre>`
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
