import { chartsQuery, saveChartSchema, savedChart, updateChartSchema } from "@/lib/charts/schema";
import { operation } from "../operation";
import { ended, idParams, listOf } from "./fields";

const chart = { 200: { description: "The chart", schema: savedChart } };

export const charts = {
  list: operation({
    method: "GET",
    path: "/charts",
    summary: "Saved charts of one query, or of one execution",
    action: "chart.read",
    query: chartsQuery,
    answers: { 200: { description: "All of them", schema: listOf(savedChart) } },
  }),
  create: operation({
    method: "POST",
    path: "/charts",
    summary: "Save a chart of a query's latest answer, or of one execution",
    action: "chart.write",
    body: saveChartSchema,
    answers: { 201: { description: "Made", schema: savedChart } },
  }),
  read: operation({
    method: "GET",
    path: "/charts/{id}",
    summary: "A saved chart; what it draws is at the execution's own address",
    action: "chart.read",
    params: idParams,
    answers: chart,
  }),
  update: operation({
    method: "PATCH",
    path: "/charts/{id}",
    summary: "Change its title or what it draws",
    action: "chart.write",
    params: idParams,
    body: updateChartSchema,
    answers: chart,
  }),
  remove: operation({
    method: "DELETE",
    path: "/charts/{id}",
    summary: "Remove it; the rows that it draws stay",
    action: "chart.write",
    params: idParams,
    answers: ended,
  }),
};
